/** A seeded source of random numbers (sfc32), so that runs can be repeated. */
export class Random {
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;

  constructor(seed = 1) {
    this.seed(seed);
  }

  seed(seed: number): void {
    this.a = seed | 0;
    this.b = Math.floor(seed / 4294967296) | 0;
    this.c = 0x9e3779b9 | 0;
    this.counter = 1;
    for (let i = 0; i < 15; i++) this.next();
  }

  /** 32 random bits as an unsigned number. */
  next(): number {
    const t = (this.a + this.b + this.counter++) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + t;
    this.c |= 0;
    return t >>> 0;
  }

  /** A number of up to 32 random bits. */
  bits(widthBits: number): number {
    return widthBits === 0 ? 0 : this.next() >>> (32 - widthBits);
  }

  wide(widthBits: number): bigint {
    let value = 0n;
    for (let left = widthBits; left > 0; left -= 32) value = (value << 32n) | BigInt(this.next());
    return BigInt.asUintN(widthBits, value);
  }

  /** Uniform from low to high, both included; low where the range is empty. */
  between(low: number, high: number): number {
    if (high <= low) return low;
    const span = high - low + 1;
    // Draws above the last whole multiple of the span would favour small values.
    const limit = 4294967296 - (4294967296 % span);
    let x = this.next();
    while (x >= limit) x = this.next();
    return low + (x % span);
  }

  betweenWide(low: bigint, high: bigint): bigint {
    if (high <= low) return low;
    const span = high - low + 1n;
    const width = span.toString(2).length;
    let x = this.wide(width);
    while (x >= span) x = this.wide(width);
    return low + x;
  }
}
