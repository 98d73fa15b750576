/** The stylesheet of a proof: for paper first, and for a screen, light or dark. */
export const PROOF_STYLE = `
:root { color-scheme: light dark; --page: #fff; --ink: #1d2226; --quiet: #5b646b; --line: #d9d5ce; --yes: #1f6f54; --no: #a32a21; }
@media screen and (prefers-color-scheme: dark) { :root { --page: #14181b; --ink: #e4e7e9; --quiet: #9ea8ae; --line: #2d3439; --yes: #7fd0ac; --no: #f59a8f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 40px 24px 56px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 12px; letter-spacing: -.01em; }
h2 { font-size: 18px; margin: 36px 0 4px; }
p { margin: 0 0 8px; }
.brand { color: var(--quiet); font-size: 13px; font-weight: 600; letter-spacing: .06em; text-transform: uppercase; }
.verdict { font-size: 18px; font-weight: 600; border-left: 5px solid; padding: 4px 0 4px 14px; }
.yes { color: var(--yes); } .no { color: var(--no); }
.quiet, footer { color: var(--quiet); font-size: 13px; }
dl { margin: 20px 0 0; }
dl div { display: grid; grid-template-columns: 130px minmax(0, 1fr); gap: 12px; padding: 5px 0; border-bottom: 1px solid var(--line); }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
code { font: 12px/1.4 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.gaps { margin: 8px 0; padding-left: 20px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin-top: 8px; font-variant-numeric: tabular-nums; font-size: 13px; }
th, td { text-align: left; font-weight: 400; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { color: var(--quiet); vertical-align: bottom; }
.r { text-align: right; white-space: nowrap; }
.days td, .days th { white-space: nowrap; }
footer { margin-top: 36px; }
@media (max-width: 600px) { dl div { grid-template-columns: 1fr; gap: 0; } }
@media print { main { max-width: none; padding: 0; } body { font-size: 10pt; } table { font-size: 8.5pt; } th, td { padding: 2pt 6pt 2pt 0; }
  tr, li, dl div { break-inside: avoid; } h2 { break-after: avoid; } thead { display: table-header-group; } .wide { overflow: visible; } code { font-size: 8pt; } }
@page { margin: 15mm; }
`;
