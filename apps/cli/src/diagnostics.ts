import { defineDiagnostics } from "@matchmul/common";

/** Errors of the command line itself; those of the files it reads come from the packages. */
export const error = defineDiagnostics("cli", {
  usage: (message: string, command: string) => ({
    message,
    hint: `\`${command} --help\` lists commands and options`,
  }),
  "option-value": (option: string, value: string, expected: string) => ({
    message: `${option} ${value}: expected ${expected}`,
    hint: "`--help` after the command describes each option",
  }),
});
