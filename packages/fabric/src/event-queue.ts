/** What is due next: a heap of numbers in typed arrays, ordered by time and then by key. */
export class EventQueue {
  #times = new Float64Array(1024);
  #keys = new Float64Array(1024);
  #items = new Int32Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }
  /** Infinity when there is none. */
  get nextTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#times[0];
  }

  /** @param key no two events have the same time and key, so that their order is the same everywhere */
  push(time: number, key: number, item: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const times = this.#times;
    const keys = this.#keys;
    const items = this.#items;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const t = times[parent];
      if (t < time || (t === time && keys[parent] < key)) break;
      times[at] = t;
      keys[at] = keys[parent];
      items[at] = items[parent];
      at = parent;
    }
    times[at] = time;
    keys[at] = key;
    items[at] = item;
  }

  /** Removes the first event and returns its item. There must be one. */
  pop(): number {
    const times = this.#times;
    const keys = this.#keys;
    const items = this.#items;
    const first = items[0];
    const size = --this.#size;
    const time = times[size];
    const key = keys[size];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      const right = child + 1;
      if (
        right < size &&
        (times[right] < times[child] || (times[right] === times[child] && keys[right] < keys[child]))
      )
        child = right;
      const t = times[child];
      if (time < t || (time === t && key < keys[child])) break;
      times[at] = t;
      keys[at] = keys[child];
      items[at] = items[child];
      at = child;
    }
    times[at] = time;
    keys[at] = key;
    items[at] = items[size];
    return first;
  }

  #grow(): void {
    const bigger = <T extends Float64Array | Int32Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    const length = 2 * this.#times.length;
    this.#times = bigger(this.#times, new Float64Array(length));
    this.#keys = bigger(this.#keys, new Float64Array(length));
    this.#items = bigger(this.#items, new Int32Array(length));
  }
}
