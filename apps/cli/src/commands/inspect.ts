import { describeType, importOnnx, supportedOperators } from "@matchmul/model";
import type { Command } from "commander";
import { act, command } from "../command.js";
import { count, table } from "../format.js";
import { parameters } from "../frontend.js";
import type { Terminal } from "../terminal.js";

/** `matchmul inspect`: what an ONNX file holds, also where an operator is not supported. */
export function inspect(): Command {
  return command("inspect", "show a model's operators and shapes")
    .argument("<model>", "the .onnx file")
    .action(act(show));
}

function show(terminal: Terminal, path: string): undefined {
  const graph = importOnnx(path, { allowUnsupported: true });
  const known = new Set(supportedOperators());
  const nodes = graph.nodes.map((node) => {
    const output = graph.values.get(node.outputs[0]);
    return {
      name: node.name,
      op: node.domain === "" ? node.op : `${node.domain}.${node.op}`,
      output: output === undefined ? "unknown" : describeType(output),
      supported: node.domain === "" && known.has(node.op),
    };
  });
  const values = (list: typeof graph.inputs) => list.map((v) => ({ name: v.name, type: describeType(v) }));
  const facts = {
    name: graph.name,
    opset: graph.opset,
    producer: graph.producer,
    parameters: parameters(graph),
    inputs: values(graph.inputs),
    outputs: values(graph.outputs),
    nodes,
  };
  terminal.result(facts, () =>
    [
      `${graph.name}: opset ${graph.opset}, ${count(facts.parameters)} parameters${graph.producer === "" ? "" : `, written by ${graph.producer}`}`,
      ...facts.inputs.map((v) => `input  ${v.name}: ${v.type}`),
      ...facts.outputs.map((v) => `output ${v.name}: ${v.type}`),
      "",
      table(
        ["node", "operator", "output", ""],
        nodes.map((n) => [n.name, n.op, n.output, n.supported ? "" : "not supported"]),
      ),
    ].join("\n"),
  );
}
