import { createHash } from 'node:crypto';

/**
 * The page's only stylesheet. A constant, so that the content security policy can name it by its digest and forbid
 * everything else: no script, no font, no image, no style attribute.
 *
 * A calendar is a group of radio buttons: one stop of the tab key, arrow keys from day to day, a tap on a phone. The
 * day that is chosen, or pointed at, writes its label into the room below its calendar: the second row of the calendar's
 * grid, which is as high as the longest label (details-space.ts).
 */
export const STYLE = `
:root{color-scheme:light dark;
--page:#fbfaf8;--card:#fff;--text:#1d2226;--quiet:#5b646b;--line:#e4e1dc;--link:#1c5c8c;
--good:#1f6f54;--good-bg:#e7f2ec;--busy:#22598c;--busy-bg:#e6eff7;--bad:#a32a21;--bad-bg:#fbe9e6;
--final:#2f7d62;--open:#a9d5c2;--open-ink:#0f4633;--empty:#fff;--empty-ink:#2f7d62;
--queued:#cfe0f0;--queued-ink:#1d4f7c;--fetching:#3a78b0;--fetching-ink:#fff;--waiting:#e2dbf1;--waiting-ink:#553a94;
--missing:#fff;--missing-ink:#5b646b;--suspect:#f2c14e;--suspect-ink:#4a3300;--failed:#c0362b;--failed-ink:#fff;
--expired:#d9d6d1;--expired-ink:#4c5358;--less:#7fb49d;--more:#1c5743;--cell:13px;--gap:2px}
@media (prefers-color-scheme:dark){:root{
--page:#14181b;--card:#1b2024;--text:#e4e7e9;--quiet:#9ea8ae;--line:#2d3439;--link:#8fc1ea;
--good:#7fd0ac;--good-bg:#17302a;--busy:#92c2ec;--busy-bg:#172b3d;--bad:#f59a8f;--bad-bg:#3a1e1b;
--final:#3f9a79;--open:#1f4d3e;--open-ink:#a9e3cb;--empty:#1b2024;--empty-ink:#6cc5a2;
--queued:#1e3a54;--queued-ink:#a9d0f2;--fetching:#5c9bd3;--fetching-ink:#0c1a26;--waiting:#3a2f57;--waiting-ink:#d3c6f5;
--missing:#1b2024;--missing-ink:#9ea8ae;--suspect:#d9a52f;--suspect-ink:#241900;--failed:#e0574b;--failed-ink:#1d0503;
--expired:#3a4146;--expired-ink:#c3cacf;--less:#2a6650;--more:#63c9a3}}
*{box-sizing:border-box}
html{background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:1264px;padding:28px 24px 48px}
h1,h2,p,ul,dl,dd{margin:0;padding:0}
h1{font-size:1.75rem;line-height:1.25;font-weight:640;letter-spacing:-.015em;text-wrap:balance}
h2{font-size:1.0625rem;font-weight:640;letter-spacing:-.005em}
a{color:var(--link);text-underline-offset:2px}
code{font:.8125rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.num{font-variant-numeric:tabular-nums}
.brand{color:var(--quiet);font-size:.8125rem;font-weight:600;letter-spacing:.08em;text-transform:uppercase;margin-bottom:14px}
.verdict{border-radius:12px;padding:22px 24px;border:1px solid var(--line);background:var(--card);border-left-width:6px}
.verdict.held{border-left-color:var(--good);background:var(--good-bg)}
.verdict.landing{border-left-color:var(--busy);background:var(--busy-bg)}
.verdict.attention{border-left-color:var(--bad);background:var(--bad-bg)}
.verdict ul{list-style:none;margin-top:12px;display:grid;grid-template-columns:minmax(0,1fr);gap:4px;overflow-wrap:anywhere}
.verdict li{padding-left:1.1em;text-indent:-1.1em}
.verdict code{background:var(--card);border-radius:4px;padding:1px 5px}.help{font-size:.8125rem;color:var(--quiet)}a.help{color:var(--link)}
.verdict li::before{content:"– ";color:var(--quiet)}
.vitals{display:flex;flex-wrap:wrap;gap:6px 28px;margin:16px 2px 0;font-size:.875rem}
.vitals div{display:flex;gap:8px}
.vitals dt{color:var(--quiet)}
.vitals dd{font-variant-numeric:tabular-nums}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px 20px;margin-top:20px}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th{font-weight:500;color:var(--quiet);text-align:left;padding:0 16px 8px 0;border-bottom:1px solid var(--line)}
td{padding:9px 16px 9px 0;border-bottom:1px solid var(--line);vertical-align:middle}
tr:last-child td{border-bottom:0;padding-bottom:0}
td:last-child,th:last-child{padding-right:0}
.r{text-align:right;font-variant-numeric:tabular-nums}th,td,.nb{white-space:nowrap}.sum td:nth-child(2){width:40%}.sum td:nth-child(4),.sum td:nth-child(5){white-space:normal}.sum :is(th,td):nth-child(4){padding-left:20px}
td svg{display:block;width:100%;min-width:120px;height:8px;border-radius:4px;background:var(--line)}
.legend{display:flex;flex-wrap:wrap;gap:6px 20px;list-style:none;font-size:.8125rem;color:var(--quiet);margin-top:20px;padding:0 2px}
.legend li{display:flex;align-items:center;gap:7px}
.legend b{color:var(--text);font-weight:500}
.hint{font-size:.8125rem;color:var(--quiet);margin:8px 2px 0}
.head{display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 12px}
.head code{color:var(--quiet)}
.line{display:flex;flex-wrap:wrap;gap:2px 20px;color:var(--quiet);font-size:.8125rem;margin-top:4px}
.line b{color:var(--text);font-weight:500;font-variant-numeric:tabular-nums}
.logs{display:grid;grid-template-columns:minmax(0,1fr);gap:20px;margin-top:20px}.logs .card{margin-top:0}.logs.short{grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr))}
.grid{overflow:visible}.grid table{width:auto;justify-self:start;border-collapse:separate;border-spacing:var(--gap)}.grid th,.grid td{padding:0;border:0;width:auto}.few{display:none;font-size:.75rem;color:var(--quiet)}.grid tbody th{padding-right:12px;font-weight:400}.grid thead th{font-size:.75rem}.grid td{line-height:0;min-width:var(--cell)}.grid td.wk{padding-left:5px!important}
.years{display:flex;flex-wrap:wrap;gap:6px 20px}.year pre{margin:8px 0 0;font:12px/1.35 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;color:var(--good);overflow-x:auto}.year pre b{color:var(--bad)}
.cal{position:relative;display:grid;grid-template:auto auto/minmax(0,1fr);gap:10px;margin-top:14px}.ms{display:flex;flex-wrap:wrap;gap:14px 8px}.room{grid-row:2;display:grid;visibility:hidden}.room span{grid-area:1/1}.room span::before{content:attr(data-t)}
.m p{font-size:.75rem;line-height:1;color:var(--quiet);margin:0 0 6px;white-space:nowrap}
.m div{display:grid;grid-auto-flow:column;grid-template-rows:repeat(7,var(--cell));grid-auto-columns:var(--cell);gap:var(--gap)}
.m:first-child{display:grid;grid-template-columns:20px auto}
.m:first-child p{grid-column:2}
.m:first-child::before{content:"M\\A\\A W\\A\\A F\\A\\A S";white-space:pre;grid-row:2;grid-column:1;font-size:10px;line-height:calc(var(--cell) + var(--gap));color:var(--quiet)}
.d1{grid-row-start:1}.d2{grid-row-start:2}.d3{grid-row-start:3}.d4{grid-row-start:4}.d5{grid-row-start:5}.d6{grid-row-start:6}.d7{grid-row-start:7}
input,i{appearance:none;-webkit-appearance:none;margin:0;width:var(--cell);height:var(--cell);border-radius:3px;background:var(--final);color:var(--open-ink);font:700 10px/1 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;display:inline-grid;place-items:center;flex:none;cursor:default}
input:checked{box-shadow:0 0 0 1.5px var(--card),0 0 0 3px var(--text)}
input:focus-visible{outline:3px solid var(--link);outline-offset:3px}
input:checked::after,input:hover::after{content:attr(aria-label);position:absolute;grid-row:2;left:0;right:0;top:0;min-height:100%;background:var(--card)}input::after,.room span{box-sizing:border-box;padding:6px 0 4px;min-height:46px;color:var(--text);white-space:normal;text-align:left;font:.8125rem/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;border-top:1px solid var(--line);overflow-wrap:anywhere}
input:checked:focus-visible::after{border-top-color:var(--link)}
input:hover::after{z-index:1}
.o{background:var(--open);color:var(--open-ink)}.o::before{content:"+"}
.e{background:var(--empty);color:var(--empty-ink);border:1px solid}.e::before{content:"0"}
.q{background:var(--queued);color:var(--queued-ink)}.q::before{content:":"}
.g{background:var(--fetching);color:var(--fetching-ink)}.g::before{content:">"}
.w{background:var(--waiting);color:var(--waiting-ink)}.w::before{content:"~"}
.n{background:var(--missing);color:var(--missing-ink);border:1px dashed}.n::before{content:"."}
.s{background:var(--suspect);color:var(--suspect-ink)}.s::before{content:"?"}
.x{background:var(--failed);color:var(--failed-ink)}.x::before{content:"!"}
.t{background:var(--expired);color:var(--expired-ink)}.t::before{content:"x"}

.u{background:var(--open);color:var(--open-ink);border:2px dotted var(--suspect)}.u::before{content:"*"}
.l1{background:var(--less)}.l3{background:var(--more)}.lf,.lm{outline:2px solid var(--text);outline-offset:-2px}.v{background-image:linear-gradient(225deg,var(--text) 0 4px,transparent 4.5px)}
.bf{fill:var(--final)}.bo{fill:var(--open)}.be{fill:var(--open-ink);opacity:.55}.bq{fill:var(--queued)}.bg{fill:var(--fetching)}
.bw{fill:var(--waiting)}.bn{fill:var(--missing);stroke:var(--missing-ink);stroke-width:1;vector-effect:non-scaling-stroke}.bs{fill:var(--suspect)}.bx{fill:var(--failed)}.bt{fill:var(--expired)}
details{margin-top:10px;font-size:.875rem}
summary{cursor:pointer;color:var(--text);font-weight:500}
details ul{list-style:none;margin-top:10px;display:grid;gap:12px}
details li{border-left:3px solid var(--line);padding-left:12px;overflow-wrap:anywhere}
details li i{margin-right:6px;vertical-align:-1px}
details li p{color:var(--quiet);margin-top:2px}
details li p b{color:var(--text);font-weight:500}
footer{margin-top:24px;color:var(--quiet);font-size:.8125rem}
@media (max-width:980px){.sum thead{display:none}.sum tr{display:grid;grid-template-columns:1fr 1.2fr 1.7fr 1fr;gap:2px 12px;padding:10px 0;border-bottom:1px solid var(--line)}.sum tr:last-child{border:0;padding-bottom:0}.sum tr:first-child{padding-top:0}.sum tr td:nth-child(n){padding:0;border:0;white-space:normal;width:auto;text-align:left}.sum td[data-h]::before{content:attr(data-h);display:block;color:var(--quiet)}.sum td:first-child,.sum td.wide{grid-column:1/-1}.sum tr td.wide:nth-child(n){padding:4px 0}}
@media (max-width:840px),(pointer:coarse) and (max-width:1190px){.few.tablet{display:block}.grid td:nth-last-child(n+15),.grid thead th:nth-last-child(n+3){display:none}}
@media (max-width:600px){.sum tr{grid-template-columns:1fr 1fr}}
@media (max-width:760px){.few.phone{display:block}.few.tablet{display:none}body{padding:18px 14px 40px}h1{font-size:1.375rem}.verdict{padding:16px 16px}.card{padding:16px 14px}
.grid thead{display:none}.grid tr{display:flex;flex-wrap:wrap;gap:var(--gap);padding:0 0 10px}.grid tbody th{width:100%;text-align:left}.grid td,.grid td.wk{padding:0!important}.grid td:nth-last-child(n+11){display:none}}
@media (pointer:coarse),(max-width:760px){:root{--cell:22px;--gap:3px}.ms{gap:16px 10px}.room span{min-height:66px}input,i{font-size:13px}.legend i,details i{--cell:15px;font-size:10px}}
@media (forced-colors:active){input,i,svg{forced-color-adjust:none}}
@media print{:root{--cell:11px}body{max-width:none;padding:0}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}input{color:#fff}input::before{content:"#"}.hint,.vitals+br{display:none}.card{break-inside:avoid;margin-top:10px}.room{display:none}input:checked{box-shadow:none}input:checked::after{display:none}.logs.short{grid-template-columns:1fr 1fr}}
`.replace(/\n/g, '');

const DIGEST = createHash('sha256').update(STYLE).digest('base64');

/** What every answer of the page carries. The key may stand in the address: it must go nowhere else. */
export const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};
