/** All source texts of one program laid end to end: a position is one number. */
import { P4Error, type SourceLocation } from "../errors.js";
import type { Pos } from "./ast.js";

interface SourceFile {
  name: string;
  text: string;
  /** Position of its first character. */
  base: number;
  /** Offsets at which lines begin; computed when first asked for. */
  lines: number[] | null;
  /** `#line` directives, in order of offset: from there on, lines count from `line` in `name`. */
  remaps: { offset: number; line: number; name: string }[];
}

export class Sources {
  private readonly files: SourceFile[] = [];
  private end = 0;

  /** Adds a text and returns the position of its first character. */
  add(name: string, text: string): number {
    const base = this.end;
    this.files.push({ name, text, base, lines: null, remaps: [] });
    // One more, so that a file's end is a position of its own.
    this.end += text.length + 1;
    return base;
  }

  /** What follows `pos` is line `line` of `name` (a `#line` directive). `pos` is where that line begins. */
  remap(pos: Pos, line: number, name: string): void {
    const file = this.fileAt(pos);
    file.remaps.push({ offset: pos - file.base, line, name });
  }

  nameAt(pos: Pos): string {
    return this.fileAt(pos).name;
  }

  locate(pos: Pos): SourceLocation & { text: string } {
    const file = this.fileAt(pos);
    const offset = Math.max(0, Math.min(pos - file.base, file.text.length));
    const lines = (file.lines ??= lineStarts(file.text));
    const index = lastAtMost(lines, offset);
    const start = lines[index]!;
    let stop = file.text.indexOf("\n", start);
    if (stop < 0) stop = file.text.length;
    if (stop > start && file.text.charCodeAt(stop - 1) === 13) stop--;
    let name = file.name;
    let line = index + 1;
    for (let i = file.remaps.length - 1; i >= 0; i--) {
      const remap = file.remaps[i]!;
      if (remap.offset > offset) continue;
      name = remap.name;
      line = remap.line + index - lastAtMost(lines, remap.offset);
      break;
    }
    return { file: name, line, column: offset - start + 1, text: file.text.slice(start, stop) };
  }

  error(code: string, message: string, pos: Pos): P4Error {
    // Types can have long names; a message is one line to read.
    const short = message.length > 400 ? `${message.slice(0, 400)}...` : message;
    return new P4Error(code, short, this.locate(pos));
  }

  /** For what is legal P4 but not run by this engine. */
  unsupported(what: string, pos: Pos): P4Error {
    return new P4Error("unsupported", `${what} is not supported`, this.locate(pos), true);
  }

  private fileAt(pos: Pos): SourceFile {
    let low = 0;
    let high = this.files.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.files[middle]!.base <= pos) low = middle;
      else high = middle - 1;
    }
    return this.files[low]!;
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return starts;
}

/** Index of the last element of the ascending list that is <= value; the first is. */
function lastAtMost(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (list[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
