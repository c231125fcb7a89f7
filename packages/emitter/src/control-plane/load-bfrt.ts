/**
 * A script for the SDE's bfrt_python that puts the entries of bfrt.json into the running program. Everything in it
 * stands at the top level, where the shell's `bfrt` is in scope. Arguments go by position: the shell shortens the
 * fields' names for its methods, but keeps key, then data, in the order of the program.
 *
 * @param program name of the P4 program
 */
export function loadBfrtScript(program: string): string {
  return `"""Puts the entries of bfrt.json into the running program:

    $SDE/run_bfshell.sh -b $PWD/load_bfrt.py

What the tables held before is removed.
"""
import json
import os

folder = os.path.dirname(os.path.abspath(__file__))
# The shell puts p4_ in front of a program's name that means something to it already.
program = getattr(bfrt, "${program}", None) or getattr(bfrt, "p4_${program}")
with open(os.path.join(folder, "bfrt.json")) as file:
    tables = json.load(file)["tables"]

for table in tables:
    node = program
    for part in table["table"].split("."):
        node = getattr(node, part)
    node.clear()
    bfrt.batch_begin()
    for entry in table["entries"]:
        arguments = []
        for field in entry["key"].values():
            # A ternary field takes two arguments.
            arguments += [field["value"], field["mask"]] if isinstance(field, dict) else [field]
        arguments += entry["data"].values()
        getattr(node, "add_with_" + entry["action"].split(".")[-1])(*arguments)
    bfrt.batch_end()
    print(table["table"], len(table["entries"]), "entries")

bfrt.complete_operations()
`;
}
