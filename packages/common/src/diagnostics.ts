/**
 * An error a user can act on: one clear sentence, a stable code to search for, and where known a hint.
 * Everything thrown on purpose by MatchMul's packages is of this class; anything else is a bug.
 */
export class MatchMulError extends Error {
  override readonly name = "MatchMulError";
  constructor(
    /** Stable code in kebab case, listed in docs/errors.md. */
    readonly code: string,
    message: string,
    /** What to do about it, in one sentence. */
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** What a diagnostic's template returns: the message, or the message and a hint. */
export type DiagnosticText = string | { message: string; hint: string };

// biome-ignore lint/suspicious/noExplicitAny: the parameters are each template's own
export type DiagnosticTable = Record<string, (...args: any[]) => DiagnosticText>;

/** Every code declared anywhere, for documentation and for the test that codes are unique. */
export const declaredCodes = new Map<string, string>();

/**
 * Declares a package's diagnostics: each code once, with its message template. The returned function makes
 * the error (it does not throw, so that control flow stays visible: `throw error("code", ...)`).
 */
export function defineDiagnostics<T extends DiagnosticTable>(
  area: string,
  table: T,
): <K extends keyof T & string>(code: K, ...args: Parameters<T[K]>) => MatchMulError {
  for (const code of Object.keys(table)) {
    const other = declaredCodes.get(code);
    if (other !== undefined && other !== area)
      throw new Error(`diagnostic ${code} is declared by ${other} and ${area}`);
    declaredCodes.set(code, area);
  }
  return (code, ...args) => {
    const text = table[code](...args);
    return typeof text === "string"
      ? new MatchMulError(code, text)
      : new MatchMulError(code, text.message, text.hint);
  };
}
