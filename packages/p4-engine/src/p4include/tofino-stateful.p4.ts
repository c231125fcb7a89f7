/**
 * Stateful-ALU externs of Tofino 2. They come in families of one to four outputs whose declarations differ in
 * their result lists alone, so the text is made from a description of each family.
 */

/** A list such as `out U2 rv2, out U3 rv3`; outputs from..to. */
const outputs = (from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => `out U${from + i} rv${from + i}`);

const optionalOutputs = (from: number): string[] =>
  Array.from({ length: 5 - from }, (_, i) => `@optional out U rv${from + i}`);

const predicateParams =
  "@optional in bool cmp0, @optional in bool cmp1, @optional in bool cmp2, @optional in bool cmp3";

interface Family {
  name: string;
  typeParams: string[];
  register: string;
  /** The index parameter of execute, empty for a direct register. */
  index: string[];
  /** The same where there are several outputs, if it differs. */
  indexOfMany?: string[];
  /** What apply takes before its outputs. */
  value: string[];
  /** Type of the value min8 and its kin reduce: a type parameter of their own, or fixed. */
  reduced?: string;
  /** FIFO and stack operations with their overflow and underflow branches. */
  queue?: boolean;
}

function declare(family: Family, outs: 1 | 2 | 3 | 4): string {
  const single = outs === 1;
  const name = `${family.name}${single ? "" : outs}`;
  const resultTypes = single ? ["U"] : Array.from({ length: outs }, (_, i) => `U${i + 1}`);
  const result = resultTypes[0];
  const more = single ? optionalOutputs(2) : outputs(2, outs);
  const all = single ? optionalOutputs(1) : outputs(1, outs);
  const call = (method: string, ...first: string[]) =>
    `    ${result} ${method}(${[...first, ...more].join(", ")});`;
  const generic = single ? "" : "<U>";

  const queueOps = family.queue ? ["execute_log", "enqueue", "dequeue", "push", "pop"] : [];
  const sweep = family.queue && single ? ["sweep"] : [];
  const lines = [
    `extern ${name}<${[...family.typeParams, ...resultTypes].join(", ")}> {`,
    `    ${name}(${family.register} reg);`,
    call("execute", ...(single ? family.index : (family.indexOfMany ?? family.index))),
    ...queueOps.map((op) => call(op)),
    ...sweep.map((op) => `    void ${op}(@optional in U busy);`),
    `    @synchronous(${["execute", ...queueOps, ...sweep].join(", ")})`,
    `    abstract void apply(${[...family.value, ...all].join(", ")});`,
  ];
  if (family.queue) {
    const branch = ["@optional inout T value", ...all].join(", ");
    lines.push(
      `    @synchronous(enqueue, push) @optional abstract void overflow(${branch});`,
      `    @synchronous(dequeue, pop) @optional abstract void underflow(${branch});`,
    );
  }
  lines.push(
    `    U address${generic}(@optional bit<1> subword);`,
    `    U predicate${generic}(${predicateParams});`,
  );
  const postmod = family.reduced ? `, @optional in int<${single ? 8 : 9}> postmod` : "";
  for (const [width, maskWidth, indexWidth] of [
    [8, 16, 4],
    [16, 8, 3],
  ])
    for (const op of ["min", "max"])
      lines.push(
        `    bit<${width}> ${op}${width}${family.reduced ? "" : "<I>"}(in ${family.reduced ?? "I"} val, ` +
          `in bit<${maskWidth}> mask, @optional out bit<${indexWidth}> index${postmod});`,
      );
  lines.push("}");
  return lines.join("\n");
}

const families: Family[] = [
  {
    name: "DirectRegisterAction",
    typeParams: ["T"],
    register: "DirectRegister<T>",
    index: [],
    value: ["inout T value"],
  },
  {
    name: "RegisterAction",
    typeParams: ["T", "H"],
    register: "Register<_, _>",
    index: ["@optional in H index"],
    indexOfMany: ["in H index"],
    value: ["inout T value"],
    queue: true,
  },
  {
    name: "LearnAction",
    typeParams: ["T", "H", "D"],
    register: "Register<T, H>",
    index: ["in H index"],
    value: ["inout T value", "in D digest", "in bool learn"],
  },
  {
    name: "MinMaxAction",
    typeParams: ["T", "H"],
    register: "Register<T, _>",
    index: ["@optional in H index"],
    value: ["inout bit<128> value"],
    reduced: "bit<128>",
  },
];

/** The declarations of all families, with one to four outputs each. */
export function statefulActionsT2(): string {
  return families
    .flatMap((family) => ([1, 2, 3, 4] as const).map((outs) => declare(family, outs)))
    .join("\n\n");
}
