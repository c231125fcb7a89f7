/**
 * Random straight-line programs over integers of any width, as P4 text and as a function on bigints. What they
 * share is this generator alone; the arithmetic here is written from the P4_16 specification, section 8.
 */
export interface IntegerType {
  signed: boolean;
  width: number;
}

export interface Expression {
  text: string;
  type: IntegerType;
  value: (env: Map<string, bigint>) => bigint;
}

export interface Condition {
  text: string;
  value: (env: Map<string, bigint>) => boolean;
}

export const fit = (v: bigint, t: IntegerType): bigint =>
  t.signed ? BigInt.asIntN(t.width, v) : BigInt.asUintN(t.width, v);

export const nameOf = (t: IntegerType): string => `${t.signed ? "int" : "bit"}<${t.width}>`;

const bounds = (t: IntegerType): [bigint, bigint] => {
  const w = BigInt(t.width);
  return t.signed ? [-(1n << (w - 1n)), (1n << (w - 1n)) - 1n] : [0n, (1n << w) - 1n];
};

const clamp = (v: bigint, t: IntegerType): bigint => {
  const [lo, hi] = bounds(t);
  return v < lo ? lo : v > hi ? hi : v;
};

/** A source of choices: numbers from 0 to n - 1. */
export type Choose = (n: number) => number;

export class ExpressionMaker {
  constructor(
    private readonly choose: Choose,
    private readonly variables: readonly { name: string; type: IntegerType }[],
    private readonly maxWidth: number,
    /** A width to take more often than others. */
    private readonly favourite?: number,
  ) {}

  width(): number {
    if (this.favourite !== undefined && this.choose(3) > 0) return this.favourite;
    // Widths around word sizes are where mistakes are.
    const special = [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 63, 64, 65, 95, 96, 97, 127, 128];
    const w = this.choose(2) === 0 ? special[this.choose(special.length)] : 1 + this.choose(128);
    return Math.min(w, this.maxWidth);
  }

  type(): IntegerType {
    return { signed: this.choose(2) === 0, width: this.width() };
  }

  /** A random value of a type, often near its bounds. */
  number(t: IntegerType): bigint {
    const [lo, hi] = bounds(t);
    const near = [lo, hi, 0n, 1n, -1n, lo + 1n, hi - 1n];
    if (this.choose(3) === 0) return fit(near[this.choose(near.length)], t);
    let v = 0n;
    for (let i = 0; i < t.width; i += 16) v = (v << 16n) | BigInt(this.choose(0x10000));
    return fit(v, t);
  }

  expression(t: IntegerType, depth: number): Expression {
    if (depth === 0) return this.leaf(t);
    switch (this.choose(9)) {
      case 0:
        return this.leaf(t);
      case 1: {
        const op = this.choose(2) === 0 ? "-" : "~";
        const x = this.expression(t, depth - 1);
        const value = (env: Map<string, bigint>) => fit(op === "-" ? -x.value(env) : ~x.value(env), t);
        return { text: `(${op}${x.text})`, type: t, value };
      }
      case 2:
      case 3:
        return this.arithmetic(t, depth);
      case 4:
        return this.shift(t, depth);
      case 5:
        return this.cast(t, depth);
      case 6:
        if (!t.signed) return this.slice(t, depth);
        return this.cast(t, depth);
      case 7:
        if (!t.signed && t.width >= 2) return this.concat(t, depth);
        return this.arithmetic(t, depth);
      default: {
        const c = this.condition(depth - 1);
        const [a, b] = [this.expression(t, depth - 1), this.expression(t, depth - 1)];
        const value = (env: Map<string, bigint>) => (c.value(env) ? a.value(env) : b.value(env));
        return { text: `(${c.text} ? ${a.text} : ${b.text})`, type: t, value };
      }
    }
  }

  private leaf(t: IntegerType): Expression {
    const candidates = this.variables.filter((v) => v.type.width === t.width && v.type.signed === t.signed);
    if (candidates.length > 0 && this.choose(4) > 0) {
      const { name } = candidates[this.choose(candidates.length)];
      return { text: name, type: t, value: (env) => env.get(name) as bigint };
    }
    if (this.choose(3) > 0) return this.fromAny(t);
    const v = this.number(t);
    return { text: `((${nameOf(t)})${v})`, type: t, value: () => v };
  }

  /** Some variable, cast to the type in the steps the language asks for. */
  private fromAny(t: IntegerType): Expression {
    const v = this.variables[this.choose(this.variables.length)];
    const middle: IntegerType = { signed: t.signed, width: v.type.width };
    const value = (env: Map<string, bigint>) => fit(fit(env.get(v.name) as bigint, middle), t);
    return { text: `((${nameOf(t)})(${nameOf(middle)})${v.name})`, type: t, value };
  }

  private arithmetic(t: IntegerType, depth: number): Expression {
    const a = this.expression(t, depth - 1);
    const b = this.expression(t, depth - 1);
    const operators: Record<string, (x: bigint, y: bigint) => bigint> = {
      "+": (x, y) => fit(x + y, t),
      "-": (x, y) => fit(x - y, t),
      "*": (x, y) => fit(x * y, t),
      "&": (x, y) => fit(x & y, t),
      "|": (x, y) => fit(x | y, t),
      "^": (x, y) => fit(x ^ y, t),
      "|+|": (x, y) => clamp(x + y, t),
      "|-|": (x, y) => clamp(x - y, t),
    };
    const names = Object.keys(operators);
    const op = names[this.choose(names.length)];
    const value = (env: Map<string, bigint>) => operators[op](a.value(env), b.value(env));
    return { text: `(${a.text} ${op} ${b.text})`, type: t, value };
  }

  private shift(t: IntegerType, depth: number): Expression {
    const a = this.expression(t, depth - 1);
    const left = this.choose(2) === 0;
    const by = (x: bigint, n: bigint) => (left ? fit(x << n, t) : x >> n);
    if (this.choose(2) === 0) {
      const n = this.choose(t.width + 4);
      return {
        text: `(${a.text} ${left ? "<<" : ">>"} ${n})`,
        type: t,
        value: (env) => by(a.value(env), BigInt(n)),
      };
    }
    const amount = this.expression(
      { signed: false, width: Math.min(this.maxWidth, [1, 4, 8, 40][this.choose(4)]) },
      depth - 1,
    );
    const limited = (n: bigint) => (n > 256n ? 256n : n);
    const value = (env: Map<string, bigint>) => by(a.value(env), limited(amount.value(env)));
    return { text: `(${a.text} ${left ? "<<" : ">>"} ${amount.text})`, type: t, value };
  }

  private cast(t: IntegerType, depth: number): Expression {
    const from =
      this.choose(2) === 0
        ? { signed: !t.signed, width: t.width }
        : { signed: t.signed, width: this.width() };
    const x = this.expression(from, depth - 1);
    return { text: `((${nameOf(t)})${x.text})`, type: t, value: (env) => fit(x.value(env), t) };
  }

  private slice(t: IntegerType, depth: number): Expression {
    const width = Math.min(this.maxWidth, t.width + this.choose(40));
    const signed = this.choose(3) === 0;
    const lo = this.choose(width - t.width + 1);
    const x = this.expression({ signed, width }, depth - 1);
    const value = (env: Map<string, bigint>) => fit(x.value(env) >> BigInt(lo), t);
    return { text: `${x.text}[${lo + t.width - 1}:${lo}]`, type: t, value };
  }

  private concat(t: IntegerType, depth: number): Expression {
    const low = 1 + this.choose(t.width - 1);
    const a = this.expression({ signed: false, width: t.width - low }, depth - 1);
    const b = this.expression({ signed: false, width: low }, depth - 1);
    const value = (env: Map<string, bigint>) => (a.value(env) << BigInt(low)) | b.value(env);
    return { text: `(${a.text} ++ ${b.text})`, type: t, value };
  }

  condition(depth: number): Condition {
    if (depth > 0 && this.choose(4) === 0) {
      const [a, b] = [this.condition(depth - 1), this.condition(depth - 1)];
      if (this.choose(2) === 0)
        return { text: `(${a.text} && ${b.text})`, value: (env) => a.value(env) && b.value(env) };
      return { text: `(${a.text} || !${b.text})`, value: (env) => a.value(env) || !b.value(env) };
    }
    const t = this.type();
    const [a, b] = [this.expression(t, depth), this.expression(t, depth)];
    const relations: Record<string, (x: bigint, y: bigint) => boolean> = {
      "==": (x, y) => x === y,
      "!=": (x, y) => x !== y,
      "<": (x, y) => x < y,
      "<=": (x, y) => x <= y,
      ">": (x, y) => x > y,
      ">=": (x, y) => x >= y,
    };
    const names = Object.keys(relations);
    const op = names[this.choose(names.length)];
    return { text: `(${a.text} ${op} ${b.text})`, value: (env) => relations[op](a.value(env), b.value(env)) };
  }
}
