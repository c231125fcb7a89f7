import { describe, expect, it } from "vitest";
import { emit, targets } from "../../src/index.js";
import { dense, emitted } from "./support.js";

describe("formats", () => {
  it.each([
    [
      "v1model",
      [
        "README.md",
        "entries.txt",
        "load_p4runtime.py",
        "p4info.txtpb",
        "random.p4",
        "random.stf",
        "request.py",
        "write-requests.bin",
        "write-requests.txtpb",
      ],
    ],
    ["tna", ["README.md", "bfrt.json", "entries.txt", "load_bfrt.py", "random.p4", "request.py"]],
    ["t2na", ["README.md", "bfrt.json", "entries.txt", "load_bfrt.py", "random.p4", "request.py"]],
  ])("are these files for %s", (target, files) => {
    expect([...emitted(dense, target).files.keys()].sort()).toEqual(files);
  });

  it("are the same bytes each time", () => {
    for (const { name } of targets)
      for (const [path, content] of emit(dense, { target: name }))
        expect(Buffer.compare(Buffer.from(content), emitted(dense, name).bytes(path)), path).toBe(0);
  });
});
