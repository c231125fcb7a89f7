"""Writes a torch.nn.Sequential as ONNX: one node per layer, named as the layer.

torch.onnx.export would rename the layers to paths; the names matter here, since tables in the switch bear them.
"""

import onnx
import onnx.helper as oh
import onnx.numpy_helper as onh
import torch

OPSET = 13


def pair(value, rank):
    return list(value) if isinstance(value, tuple) else [value] * rank


def node_of(layer, module):
    """Operator, attributes, and whether it has weights."""
    if isinstance(module, torch.nn.Linear):
        return "Gemm", {"transB": 1}, True
    if isinstance(module, (torch.nn.Conv1d, torch.nn.Conv2d)):
        pads = list(module.padding) * 2
        return "Conv", {"kernel_shape": list(module.kernel_size), "pads": pads, "strides": list(module.stride)}, True
    if isinstance(module, (torch.nn.MaxPool1d, torch.nn.MaxPool2d)):
        rank = 1 if isinstance(module, torch.nn.MaxPool1d) else 2
        kernel, stride = pair(module.kernel_size, rank), pair(module.stride, rank)
        return "MaxPool", {"kernel_shape": kernel, "strides": stride}, False
    if isinstance(module, torch.nn.ReLU):
        return "Relu", {}, False
    if isinstance(module, torch.nn.Flatten):
        return "Flatten", {"axis": 1}, False
    raise TypeError(f"layer {layer} of type {type(module).__name__} has no ONNX node here")


def to_onnx(model, name, producer, inputs, input_name="image"):
    """The model, for any batch of inputs of the given shape, with one output `logits`. Dropout is left out."""
    layers = [(n, m) for n, m in model.named_children() if not isinstance(m, torch.nn.Dropout)]
    nodes, weights, value = [], [], input_name
    for i, (layer, module) in enumerate(layers):
        op, attributes, weighted = node_of(layer, module)
        result = "logits" if i == len(layers) - 1 else f"{layer}_out"
        parameters = [f"{layer}.weight", f"{layer}.bias"] if weighted else []
        for parameter, tensor in zip(parameters, (getattr(module, "weight", None), getattr(module, "bias", None))):
            weights.append(onh.from_array(tensor.detach().numpy(), parameter))
        nodes.append(oh.make_node(op, [value, *parameters], [result], name=layer, **attributes))
        value = result
    outputs = layers[-1][1].out_features
    graph = oh.make_graph(
        nodes,
        name,
        [oh.make_tensor_value_info(input_name, onnx.TensorProto.FLOAT, ["batch", *inputs])],
        [oh.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, ["batch", outputs])],
        weights,
    )
    proto = oh.make_model(graph, opset_imports=[oh.make_opsetid("", OPSET)], producer_name=producer)
    proto.ir_version = 8
    onnx.checker.check_model(proto)
    return proto
