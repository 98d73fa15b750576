/** The stylesheet of the report: light, or dark where the reader has chosen so. On paper it is light. */
export const STYLE = `
:root { color-scheme: light dark;
  --page: #f6f4ef; --card: #fff; --ink: #1d2733; --quiet: #626c78; --line: #e4e2dc; --calls: #12617a;
  --outbound: #6fb3b8; --other: #c9cdc8; --messages: #d9822b; --good: #c4dcd9; --failed: #c2452d;
  --gap: #d9d5cb; --part: #efece4; --warn: #8a4b00; --warn-card: #fff6e6; }
@media screen and (prefers-color-scheme: dark) { :root {
  --page: #14181b; --card: #1b2024; --ink: #e4e7e9; --quiet: #9ea8ae; --line: #2d3439; --calls: #3f8fab;
  --outbound: #9fd0d2; --other: #59636a; --messages: #e39a4d; --good: #35504f; --failed: #e2654f;
  --gap: #3b4247; --part: #262c31; --warn: #ffc070; --warn-card: #2b2419; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 ui-sans-serif, system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 1136px; margin: 0 auto; padding: 48px 24px 64px; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 20px; margin-bottom: 28px; }
h1 { font-size: 34px; line-height: 1.15; letter-spacing: -0.02em; margin: 0; font-weight: 680; }
header p { margin: 0; color: var(--quiet); }
h2 { font-size: 19px; line-height: 1.3; letter-spacing: -0.01em; margin: 0 0 2px; font-weight: 650; }
h3 { font-size: 14px; margin: 0; font-weight: 600; color: var(--quiet); }
.sub { margin: 0 0 18px; color: var(--quiet); font-size: 14px; }
.whole { margin: -12px 0 24px; padding: 12px 18px; border: 1px solid var(--line); border-radius: 12px; background: var(--card); font-size: 14px; }
.whole.partly { border-color: var(--warn); background: var(--warn-card); }
.whole p { margin: 0; }
.whole ul { margin: 4px 0 0; padding-left: 20px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 16px; margin-bottom: 16px; }
.tile, section { background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
.tile { padding: 18px 20px; }
.tile b { display: block; font-size: 30px; line-height: 1.15; letter-spacing: -0.02em; font-weight: 660; font-variant-numeric: tabular-nums; }
.tile span { display: block; color: var(--quiet); font-size: 14px; }
section { padding: 24px 26px 18px; margin-bottom: 16px; min-width: 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 16px; margin-bottom: 16px; }
section .pair { gap: 12px 32px; margin: 0; }
.pair section { margin: 0; display: flex; flex-direction: column; }
.pair details { margin-top: auto; padding-top: 14px; }
.months { display: grid; grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); gap: 24px 32px; }
svg { display: block; width: 100%; height: auto; }
.slim { display: none; max-width: 480px; }
/* The edges of what scrolls are shaded as long as there is more behind them. */
.wide, .scroll { overflow: auto; background: linear-gradient(to right, var(--card) 40%, transparent) 0 0 / 40px 100% no-repeat local, linear-gradient(to left, var(--card) 40%, transparent) 100% 0 / 40px 100% no-repeat local, linear-gradient(to right, var(--gap), transparent) 0 0 / 12px 100% no-repeat scroll, linear-gradient(to left, var(--gap), transparent) 100% 0 / 12px 100% no-repeat scroll; }
.key { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 6px; }
.keyed { margin-right: 14px; white-space: nowrap; }
.ranked { display: grid; grid-template-columns: fit-content(46%) minmax(0, 1fr) max-content; gap: 12px 10px; margin: 0; padding: 0; list-style: none; font-size: 13px; line-height: 18px; }
.ranked li { display: grid; grid-template-columns: subgrid; grid-column: 1 / -1; align-items: center; }
.ranked .end { color: var(--quiet); font-variant-numeric: tabular-nums; }
.label { display: flex; min-width: 0; }
.label bdi { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
table .label bdi { white-space: normal; }
.label span { flex: none; margin-left: 6px; color: var(--quiet); font-variant-numeric: tabular-nums; }
.bar { display: flex; height: 16px; }
.bar i:last-child { border-radius: 0 3px 3px 0; }
@media (max-width: 600px) { main { padding: 28px 14px 40px; } section { padding: 18px 14px 14px; } .ranked { row-gap: 10px; } .ranked .label { grid-column: 1 / -1; } .ranked .bar { grid-column: 1 / 3; } }
.key, .bar i { forced-color-adjust: none; }
.heat { border-collapse: separate; border-spacing: 2px; margin: 0; table-layout: fixed; min-width: 760px; font-size: 12px; }
.heat th { border: 0; padding: 3px 2px; font-weight: 500; text-align: center; }
.heat th:first-child { width: 58px; text-align: left; }
.heat td { border: 0; border-radius: 4px; padding: 5px 1px; text-align: center; background: color-mix(in srgb, var(--calls) calc(var(--v) * 100%), var(--card)); }
.plain td, .plain th { font-size: 15px; padding: 7px 8px; }
.plain td:not(:first-child), .plain th { white-space: nowrap; }
details { margin-top: 14px; font-size: 14px; }
summary { cursor: pointer; color: var(--quiet); padding: 4px 0; width: max-content; }
summary:focus-visible { outline: 2px solid var(--calls); outline-offset: 3px; border-radius: 4px; }
table { border-collapse: collapse; width: 100%; margin-top: 6px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 5px 8px; border-top: 1px solid var(--line); }
th { color: var(--quiet); font-weight: 550; border-top: 0; }
th:first-child, td:first-child { text-align: left; padding-left: 0; overflow-wrap: anywhere; }
.scroll { max-height: 320px; }
@media screen and (max-width: 900px) {
  .heat { display: grid; grid-template-rows: repeat(25, auto); grid-auto-flow: column; grid-template-columns: max-content; grid-auto-columns: minmax(0, 1fr); gap: 2px; min-width: 0; }
  .heat :is(thead, tbody, tr) { display: contents; }
  .heat th:first-child { width: auto; text-align: center; }
  .plain thead { display: none; } .plain tbody { display: grid; gap: 12px; }
  .plain tr { display: grid; grid-template-columns: 1fr 1fr; gap: 2px 16px; border-top: 1px solid var(--line); padding-top: 8px; }
  .plain tr td { border: 0; padding: 0; text-align: left; white-space: normal; } .plain td:first-child { grid-column: 1 / -1; font-weight: 600; }
  .plain td:not(:first-child)::before { content: attr(data-h); display: block; color: var(--quiet); font-size: 13px; }
}
@media screen and (max-width: 760px) {
  .broad { display: none; } .slim { display: block; }
}
footer { color: var(--quiet); font-size: 14px; margin-top: 28px; }
@page { size: A4; margin: 12mm; }
@media print {
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { background: var(--card); font-size: 12px; } main { max-width: none; padding: 0; }
  details { display: none; } section, .tile, .whole { break-inside: avoid; border-radius: 6px; }
  section { padding: 12px 14px; } .tiles { grid-template-columns: repeat(4, 1fr); gap: 8px; } .tile { padding: 10px; } .tile b { font-size: 20px; }
  .heat { min-width: 0; font-size: 8px; } .wide { overflow: visible; background: none; } .plain :is(td, th) { font-size: 12px; padding: 4px 6px; } .plain :is(td, th):first-child { padding-left: 0; } .pair { grid-template-columns: 1fr 1fr; }
}
`;
