import { describeType, importOnnx, inspect as inspectGraph, type ModelFacts } from "@matchmul/model";
import type { Command } from "commander";
import { act, command } from "../command.js";
import { bytes, count, table } from "../format.js";
import type { Terminal } from "../terminal.js";

/** `matchmul inspect`: what an ONNX file holds and computes, also where an operator is not supported. */
export function inspect(): Command {
  return command("inspect", "show a model's layers, shapes and sizes")
    .argument("<model>", "the .onnx file")
    .action(act(show));
}

function show(terminal: Terminal, path: string): undefined {
  const facts = inspectGraph(importOnnx(path, { allowUnsupported: true }));
  terminal.result(facts, () => describe(facts));
}

function describe(facts: ModelFacts): string {
  const { layers, memory, unsupported } = facts;
  const unknown = new Set(unsupported.map(({ node }) => node.slice(node.lastIndexOf(" ") + 1)));
  const numbers = (n: number | undefined) => (n === undefined ? "?" : n === 0 ? "" : count(n));
  const producer = facts.producer === "" ? "" : `, written by ${facts.producer}`;
  return [
    `${facts.name}: opset ${facts.opset}${producer}`,
    ...facts.inputs.map((v) => `input  ${v.name}: ${describeType(v)}`),
    ...facts.outputs.map((v) => `output ${v.name}: ${describeType(v)}`),
    `${count(facts.parameters)} parameters, ${count(facts.multiplyAccumulates)} multiply-accumulates; as float ` +
      `${bytes(memory.float.weightBytes)} of weights and ${bytes(memory.float.activationBytes)} of activations, as int8 ` +
      `${bytes(memory.int8.weightBytes)} and ${bytes(memory.int8.activationBytes)}`,
    "",
    table(
      ["node", "operator", "output", "parameters", "MACs", ""],
      layers.map((layer) => [
        layer.name,
        layer.op,
        layer.output === undefined ? "?" : describeType(layer.output),
        numbers(layer.parameters),
        numbers(layer.multiplyAccumulates),
        unknown.has(layer.name) ? "not supported" : "",
      ]),
    ),
    ...unsupported.map(({ node, op, advice }) => `\n${node}: ${op} is not supported; ${advice}`),
  ].join("\n");
}
