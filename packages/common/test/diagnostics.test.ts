import { expect, test } from "vitest";
import { declaredCodes, defineDiagnostics, MatchMulError } from "../src/diagnostics.js";

test("a diagnostic is an error with code, message and hint, and is not thrown by being made", () => {
  const error = defineDiagnostics("test-area", {
    "test-plain": (n: number) => `${n} is wrong`,
    "test-hint": (name: string) => ({ message: `no ${name}`, hint: "look again" }),
  });
  const plain = error("test-plain", 3);
  expect(plain).toBeInstanceOf(MatchMulError);
  expect(plain).toMatchObject({ code: "test-plain", message: "3 is wrong", hint: undefined });
  expect(error("test-hint", "file")).toMatchObject({ message: "no file", hint: "look again" });
  expect(declaredCodes.get("test-plain")).toBe("test-area");
});

test("a code belongs to one area", () => {
  defineDiagnostics("one-area", { "test-shared": () => "a" });
  expect(() => defineDiagnostics("other-area", { "test-shared": () => "b" })).toThrow(
    "diagnostic test-shared is declared by one-area and other-area",
  );
});
