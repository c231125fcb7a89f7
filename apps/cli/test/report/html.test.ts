import { expect, test } from "vitest";
import { Html, html } from "../../src/report/html.js";
import { Palette } from "../../src/report/palette.js";

test("inserted values are escaped, markup and lists of it are not", () => {
  const name = `<img src=x onerror="alert('1')">&`;
  expect(`${html`<b title="${name}">${name}</b>`}`).not.toMatch(/<img|"alert|'1'/);
  expect(`${html`<ul>${[1, 2].map((n) => html`<li>${n}</li>`)}</ul>`}`).toBe("<ul><li>1</li><li>2</li></ul>");
  expect(`${html`a${undefined}b${null}c${false}d${new Html("<br>")}${0}`}`).toBe("abcd<br>0");
});

test("a layer keeps its colour, and strangers have none", () => {
  const palette = new Palette(["fc1", "fc2", "fc1", "sequencer"]);
  expect([palette.of("fc1"), palette.of("sequencer")]).toEqual(["c0", "c2"]);
  expect([palette.of("other"), palette.of(undefined)]).toEqual(["c-none", "c-none"]);
});
