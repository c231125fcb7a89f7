import { MatchMulError } from "@matchmul/common";
import { DoesNotFit, type Explanation } from "@matchmul/planner";

/** What the command's exit status says. */
export const exitCode = {
  /** Done, and every check agreed. */
  ok: 0,
  /** Done, and the answer is no: a mismatch, a failed check. */
  negative: 1,
  /** The command line or an input file cannot be used; nothing was written. */
  badInput: 2,
  /** A fault of MatchMul itself. */
  internal: 70,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** An error as it is shown: `error[code]: message`, then the hint. */
export interface Failure {
  code: string;
  message: string;
  hint?: string;
  /** Of what does not fit: the resource, how much is missing, the layer, and changes that would fit. */
  explanation?: Explanation;
  exit: number;
}

type Coded = Error & {
  code: string;
  hint?: string;
  location?: { file: string; line: number; column: number };
};

/** Errors of the P4 engine have a class of their own, since it imports nothing of the compiler. */
function isCoded(error: unknown): error is Coded {
  return (
    error instanceof MatchMulError ||
    (error instanceof Error &&
      error.name === "P4Error" &&
      typeof (error as { code?: unknown }).code === "string")
  );
}

/** Any thrown value as a failure: known errors are bad input, all others are our own bugs. */
export function failureOf(error: unknown): Failure {
  if (isCoded(error)) {
    const { code, hint, location: at } = error;
    const where = at === undefined ? "" : `${at.file}:${at.line}:${at.column}: `;
    return {
      code,
      message: `${where}${error.message.trim()}`,
      ...(hint === undefined ? {} : { hint }),
      ...(error instanceof DoesNotFit ? { explanation: error.explanation } : {}),
      exit: exitCode.badInput,
    };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    code: "internal",
    message,
    hint: "this is a bug in MatchMul; run again with MATCHMUL_DEBUG=1 to see where",
    exit: exitCode.internal,
  };
}

/** Says on stderr what was thrown. @returns the same as a failure */
export function reportFailure(thrown: unknown): Failure {
  const failure = failureOf(thrown);
  process.stderr.write(`error[${failure.code}]: ${failure.message}\n`);
  if (failure.hint !== undefined) process.stderr.write(`hint: ${failure.hint}\n`);
  if (process.env.MATCHMUL_DEBUG && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
  return failure;
}
