import { describe, expect, it } from "vitest";
import { readControlPlane } from "../../src/control-plane/declarations.js";
import { assignIds } from "../../src/control-plane/ids.js";
import { BATCH, Writer } from "../../src/control-plane/updates.js";
import { writeRequestsBinary } from "../../src/control-plane/write-requests-binary.js";
import { writeRequestsText } from "../../src/control-plane/write-requests-text.js";
import { allEntries, type EmittedEntry, Schedule } from "../../src/index.js";
import { delimitedMessages, type Field, fieldsOf } from "./protobuf-reader.js";
import { dense, emitted, programs, thresholds } from "./support.js";

const inner = (field: Field): Field[] => fieldsOf(field.value as Uint8Array);
const number = ({ value }: Field): number =>
  typeof value === "number" ? value : value.reduce((sum, byte) => sum * 256 + byte, 0);

/** Equality that is cheap enough to be asked a hundred thousand times. */
function check(numbers: unknown[], wanted: number[]): void {
  if (`${numbers}` !== `${wanted}`) expect(numbers).toEqual(wanted);
}

/** An update's fields by the numbers of p4/v1/p4runtime.proto; whatever else is in it fails. */
function readUpdate(update: Field): object {
  const [type, entity] = inner(update);
  const [tableEntry] = inner(entity);
  check([update.number, type.number, type.value, entity.number, tableEntry.number], [4, 1, 1, 2, 2]);
  const [table, ...rest] = inner(tableEntry);
  const match = rest
    .filter((f) => f.number === 2)
    .map((f) => {
      const [id, kind] = inner(f);
      check([id.number], [1]);
      const parts = inner(kind);
      // Exact has a value, ternary a value and a mask.
      check(
        parts.map((p) => p.number),
        kind.number === 2 ? [1] : [1, 2],
      );
      for (const { value } of parts) expectCanonical(value as Uint8Array);
      return { field: number(id), kind: kind.number, values: parts.map(number) };
    });
  const [tableAction] = rest.filter((f) => f.number === 3);
  const [action] = inner(tableAction);
  const [actionId, ...params] = inner(action);
  check([table.number, action.number, actionId.number], [1, 1, 1]);
  return {
    table: number(table),
    match,
    action: number(actionId),
    params: params.map((param) => {
      const [id, value] = inner(param);
      check([param.number, id.number, value.number], [4, 2, 3]);
      expectCanonical(value.value as Uint8Array);
      return [number(id), number(value)];
    }),
    priority: rest.filter((f) => f.number === 4).map(number),
  };
}

/** No leading zero byte, and one byte for 0. */
function expectCanonical(bytes: Uint8Array): void {
  if (bytes.length !== 1 && (bytes.length === 0 || bytes[0] === 0))
    expect.fail(`${[...bytes]} is not canonical`);
}

describe("write-requests.bin", () => {
  it.each(programs)("holds every entry in order: %s", (_, program) => {
    const { p4, bytes } = emitted(program);
    const plane = readControlPlane(p4, "Tile");
    const ids = assignIds(plane);
    const wanted = ({ table, action, keys, params }: EmittedEntry): object => ({
      table: ids.tables.get(table),
      match: keys.map((key, i) => ({
        field: i + 1,
        kind: typeof key === "number" ? 2 : 3,
        values: typeof key === "number" ? [key] : [key.value, key.mask],
      })),
      action: ids.actions.get(action),
      params: params.map((value, i) => [i + 1, value]),
      priority: keys.some((key) => typeof key !== "number") ? [1] : [],
    });
    const requests = delimitedMessages(bytes("write-requests.bin")).map(fieldsOf);
    for (const request of requests) expect(request.length).toBeLessThanOrEqual(BATCH);
    const entries = [...allEntries(new Schedule(program))];
    expect(requests.length).toBe(Math.ceil(entries.length / BATCH));
    expect(JSON.stringify(requests.flat().map(readUpdate))).toBe(JSON.stringify(entries.map(wanted)));
  });

  it("leaves out a ternary field that matches anything", () => {
    const plane = readControlPlane(emitted(thresholds).p4, "Tile");
    const writer = new Writer(plane, assignIds(plane));
    const entry = { table: "quantize_0", action: "put_0", keys: [1, { value: 0, mask: 0 }], params: [2] };
    const [request] = [...writeRequestsBinary([entry], writer)].flatMap(delimitedMessages);
    expect(readUpdate(fieldsOf(request)[0])).toMatchObject({ match: [{ field: 1 }] });
    expect(Buffer.concat([...writeRequestsText([entry], writer)]).toString()).not.toContain("ternary");
  });

  it("is written request by request, each taken only when the one before was", () => {
    const plane = readControlPlane(emitted(dense).p4, "Tile");
    const writer = new Writer(plane, assignIds(plane));
    let drawn = 0;
    function* endless(): Generator<EmittedEntry> {
      for (;;) {
        drawn++;
        yield { table: "lookup_0", action: "add_0", keys: [1, 2], params: Array(32).fill(drawn) };
      }
    }
    for (const write of [writeRequestsBinary, writeRequestsText]) {
      drawn = 0;
      const chunks = write(endless(), writer);
      for (let n = 1; n <= 3; n++) {
        expect(chunks.next().value!.length).toBeLessThan(4 * 2 ** 20);
        expect(drawn).toBe(n * BATCH);
      }
    }
  });
});
