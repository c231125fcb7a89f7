/** Markup that is safe to insert as it is. */
export class Html {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

type Inserted = Html | string | number | undefined | null | false | readonly Inserted[];

function insert(value: Inserted): string {
  if (value === undefined || value === null || value === false) return "";
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return (value as readonly Inserted[]).map(insert).join("");
  return String(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** A template whose inserted values are escaped, unless they are Html; lists are joined. */
export function html(parts: TemplateStringsArray, ...values: Inserted[]): Html {
  return new Html(parts.reduce((text, part, i) => text + insert(values[i - 1]) + part));
}
