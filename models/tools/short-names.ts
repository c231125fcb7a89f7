import { layerInputs, type QuantizedModel } from "@matchmul/quantizer";

const words: Record<string, string> = { convolution: "conv", "max-pool": "pool", "fully-connected": "fc" };

/**
 * Gives layers that an exporter named by paths ("/conv1/Conv", "/MaxPool_1") the short names that tables and programs
 * then bear: conv1, pool1, fc1, counted by kind; and their tensors likewise ("conv1_out"). The input and the logits
 * keep theirs.
 */
export function shortNames(model: QuantizedModel): QuantizedModel {
  const renamed = new Map([model.input, model.logits].map((name) => [name, name]));
  const counts = new Map<string, number>();
  const layers = model.layers.map((layer) => {
    const word = words[layer.kind];
    const count = (counts.get(layer.kind) ?? 0) + 1;
    counts.set(layer.kind, count);
    const name = word === undefined ? layer.name : `${word}${count}`;
    if (!renamed.has(layer.output))
      renamed.set(layer.output, word === undefined ? layer.output : `${name}_out`);
    const [input] = layerInputs(layer);
    if (layerInputs(layer).length !== 1) throw new Error(`${layer.name} is no link of a chain`);
    return { ...layer, name, input: renamed.get(input)!, output: renamed.get(layer.output)! };
  });
  const tensors = Object.fromEntries(
    Object.values(model.tensors).map((tensor) => {
      const name = renamed.get(tensor.name)!;
      return [name, { ...tensor, name }];
    }),
  );
  return { ...model, layers, tensors };
}
