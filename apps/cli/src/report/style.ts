/** The page's style: light and dark by the reader's setting, or by the button's `data-theme`. */
const dark = `
  --paper:#14171c; --ink:#e6e8ec; --soft:#9aa3b0; --line:#2b313b; --card:#1b2028; --fill:#2f5f9e; --mute:45%; --good:#5fc08a; --bad:#f0776a; --chip-ink:#0d1014;
  --c0:#7aa7e8; --c1:#e3a45f; --c2:#7cc48c; --c3:#c694e0; --c4:#e58a9b; --c5:#6cc3c9; --c6:#d3bf5d; --c7:#a3a8f0;
  --c8:#c79d7d; --c9:#9bbf6a; --c10:#5f8f83; --c11:#b0708f; --c12:#7f86a8; --c13:#a8874c; --c14:#5c93b5; --c15:#8a6fb0; --c-none:#8b93a0;`;

export const style = `
:root { color-scheme: light dark;
  --paper:#fbfbf9; --ink:#1d2330; --soft:#667080; --line:#dfe2e6; --card:#ffffff; --fill:#bcd6f5; --mute:100%; --good:#1b7f4b; --bad:#b3261e; --chip-ink:#10141b;
  --c0:#8fb8ef; --c1:#f0b97c; --c2:#94d3a2; --c3:#d3aaea; --c4:#f0a5b2; --c5:#88d2d7; --c6:#e4d27c; --c7:#b7bbf5;
  --c8:#d9b698; --c9:#b4d387; --c10:#a3c9be; --c11:#dba6c0; --c12:#aab1cc; --c13:#cdb27c; --c14:#9cc3da; --c15:#bba6d8; --c-none:#c3c8d0; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) {${dark} } }
:root[data-theme=dark] {${dark} color-scheme: dark; }
:root[data-theme=light] { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto,
  "DejaVu Sans", sans-serif; }
main { max-width: 1320px; margin: 0 auto; padding: 28px 24px 60px; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 18px; margin: 40px 0 4px; }
p { margin: 6px 0; max-width: 78ch; } .soft, i { color: var(--soft); font-style: normal; }
header { display: flex; align-items: baseline; gap: 14px; flex-wrap: wrap; }
header button { margin-left: auto; font: inherit; font-size: 13px; color: var(--soft); background: none; cursor: pointer;
  border: 1px solid var(--line); border-radius: 6px; padding: 2px 10px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px; margin: 22px 0 4px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; }
.tile b { display: block; font-size: 22px; font-weight: 650; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; } .good b { color: var(--good); } .bad b { color: var(--bad); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px;
  margin-top: 10px; }
.map { min-width: calc(236px + var(--stages) * 50px); font-size: 12.5px; font-variant-numeric: tabular-nums; }
.map .row { display: grid; grid-template-columns: 136px repeat(var(--stages), minmax(0, 1fr)) 94px; gap: 3px;
  margin-bottom: 3px; align-items: stretch; }
.map .row > span { color: var(--soft); align-self: center; white-space: nowrap; }
.map .row > span:last-child { text-align: right; color: var(--ink); }
.map .head b { text-align: center; font-weight: 600; }
.map .head span:last-child { color: var(--soft); }
.map .tables { margin-bottom: 10px; } .map .tables > div { display: flex; flex-direction: column; gap: 3px; }
.chip { display: block; font-style: normal; font-size: 11px; line-height: 18px; padding: 0 3px; border-radius: 4px; letter-spacing: -.01em;
  color: var(--chip-ink); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; cursor: default; }
.chip.egress { outline: 1px dashed var(--ink); outline-offset: -1px; }
.cell { position: relative; height: 21px; line-height: 21px; border-radius: 4px; text-align: center; z-index: 0;
  background-color: var(--paper); overflow: hidden; }
.cell.full { font-weight: 700; box-shadow: inset 0 -2px 0 var(--bad); }
.c0 { --hue: var(--c0) } .c1 { --hue: var(--c1) } .c2 { --hue: var(--c2) } .c3 { --hue: var(--c3) }
.c4 { --hue: var(--c4) } .c5 { --hue: var(--c5) } .c6 { --hue: var(--c6) } .c7 { --hue: var(--c7) }
.c8 { --hue: var(--c8) } .c9 { --hue: var(--c9) } .c10 { --hue: var(--c10) } .c11 { --hue: var(--c11) }
.c12 { --hue: var(--c12) } .c13 { --hue: var(--c13) } .c14 { --hue: var(--c14) } .c15 { --hue: var(--c15) } .c-none { --hue: var(--c-none) }
.chip, .key i { background: var(--hue); }
.key { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 13px; color: var(--soft); margin-top: 8px; }
td .key { margin: 0; font-size: inherit; color: inherit; } .key i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; vertical-align: -1px; }
.timeline { display: block; font-size: 11px; } .timeline rect { fill: var(--hue); } .timeline .step { opacity: .55; }
.timeline .hit { fill: transparent; } .timeline g:hover .hit { fill: var(--line); }
.timeline text { fill: var(--soft); } .timeline .label { text-anchor: end; }
.timeline .glyph, .timeline .tick { text-anchor: middle; } .timeline .glyph { fill: var(--ink); pointer-events: none; }
.timeline .layer { fill: var(--ink); font-weight: 600; } .timeline .rule { stroke: var(--line); }
.fabric, .plot, .pipe-map { display: block; font-size: 11px; } .fabric text, .plot text, .pipe-map text { fill: var(--soft); }
.fabric .switch { fill: var(--paper); stroke: var(--soft); } .fabric .switch.idle { stroke-dasharray: 3 3; }
.fabric .pipe { fill: var(--card); stroke: var(--line); } .fabric g > rect[class^=c], .pipe-map rect[class^=c] { fill: var(--hue); }
.fabric .stripe { fill: var(--card); opacity: .75; } .fabric .switch + text { fill: var(--ink); font-weight: 600; }
.fabric .inside, .fabric g > text.soft { text-anchor: middle; } .fabric .inside { fill: var(--chip-ink); font-weight: 600; pointer-events: none; }
.fabric .link { fill: none; stroke: var(--soft); opacity: .45; } .fabric .link.busy { stroke-width: 2.5; opacity: .9; }
.fabric .hit { fill: none; stroke: transparent; stroke-width: 9; } .fabric .host { fill: var(--card); stroke: var(--soft); }
.fabric g:hover > .link { stroke: var(--ink); opacity: 1; }
.pipes { display: grid; grid-template-columns: repeat(auto-fill, minmax(290px, 1fr)); gap: 14px; margin-top: 10px; }
.pipes figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 8px 10px; overflow-x: auto; }
.pipes figcaption { font-size: 13px; } .pipe-map .stage { fill: var(--paper); } .pipe-map text { text-anchor: middle; font-size: 10px; }
.pipe-map g:hover .stage { fill: var(--line); }
.plot .rule { stroke: var(--line); } .plot .label { text-anchor: end; } .plot .tick { text-anchor: middle; }
.plot .front { fill: none; stroke: var(--soft); stroke-dasharray: 4 3; } .plot .gap { fill: none; stroke: var(--ink); }
.plot circle { fill: var(--fill); stroke: var(--ink); }
.columns { display: flex; flex-wrap: wrap; gap: 0 72px; }
table.plain { border-collapse: collapse; margin-top: 10px; font-variant-numeric: tabular-nums; }
table.plain th { text-align: left; font-weight: 600; color: var(--soft); font-size: 13px; }
table.plain th, table.plain td { padding: 5px 22px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
table.plain td.n, table.plain th.n { text-align: right; }
.yes { color: var(--good); font-weight: 600; } .no { color: var(--bad); font-weight: 600; }
code { font: 13px ui-monospace, "DejaVu Sans Mono", monospace; }
#tip { position: fixed; pointer-events: none; white-space: pre; background: var(--ink); color: var(--paper);
  font-size: 12.5px; line-height: 1.4; padding: 6px 9px; border-radius: 6px; max-width: 420px; display: none; z-index: 9; }
footer { margin-top: 44px; color: var(--soft); font-size: 13px; }
@media print { header button { display: none } .scroll { overflow: visible } }
`;

/** Tips that follow the pointer or the focus, and the theme button. The page reads well without it. */
export const script = `
const tip = document.getElementById("tip");
const show = (e, x, y) => {
  const at = e.target.closest("[data-tip]");
  if (!at) return void (tip.style.display = "none");
  tip.textContent = at.dataset.tip;
  tip.style.display = "block";
  tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - tip.offsetWidth - 8)) + "px";
  tip.style.top = (y + 18 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 10 : y + 18) + "px";
};
addEventListener("mousemove", (e) => show(e, e.clientX, e.clientY));
addEventListener("focusin", (e) => { const r = e.target.getBoundingClientRect(); show(e, r.left, r.bottom - 12); });
document.getElementById("theme").onclick = () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
};
`;
