import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SHOWN_STATES } from '../../shared/status/states.ts';
import type { FindingKind } from '../../shared/verify/verify.ts';
import type { DayState, ReasonCode } from '../../shared/words/model.ts';
import { SETTINGS_PAGE, settingsPage } from '../../tools/docs.ts';

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

/** Every one of them, or this does not compile. */
const REASONS: Readonly<Record<ReasonCode, true>> = {
  'auth.unavailable': true,
  'auth.rejected': true,
  'auth.forbidden': true,
  'auth.expired': true,
  'clock.skew': true,
  'config.invalid': true,
  'limits.page_bytes': true,
  'limits.page_rows': true,
  'limits.page_names': true,
  'limits.day_pages': true,
  'limits.query': true,
  'log.empty': true,
  'page.not_json': true,
  'page.bad_json': true,
  'page.no_rows': true,
  'page.count': true,
  'page.duplicates': true,
  'page.total': true,
  'partition.damaged': true,
  'partition.missing': true,
  'rows.outside': true,
  'seam.open': true,
  'paging.loop': true,
  'paging.empty': true,
  'paging.expired': true,
  'security.foreign_link': true,
  'security.redirect': true,
  'shrink.unconfirmed': true,
  'shrink.emptied': true,
  'source.rejected': true,
  'source.failing': true,
  'source.throttled': true,
  'source.unreachable': true,
  'source.slow': true,
  'source.tls': true,
  'source.range': true,
  'storage.failing': true,
  'storage.forbidden': true,
  'storage.full': true,
  'storage.refused': true,
  'worker.poisoned': true,
  'worker.bug': true,
};
const STATES: Readonly<Record<DayState, true>> = {
  final: true,
  open: true,
  queued: true,
  fetching: true,
  waiting: true,
  missing: true,
  failed: true,
  suspect: true,
  expired: true,
};
const FINDINGS: Readonly<Record<FindingKind, true>> = {
  damaged: true,
  history: true,
  'kept-damaged': true,
  curated: true,
  missing: true,
  unlisted: true,
  contradicted: true,
  ledger: true,
  'newer-format': true,
  stray: true,
  seam: true,
  twice: true,
  settling: true,
  'source-differs': true,
  'source-news': true,
  unread: true,
  'source-unread': true,
};

/** The tables of the page, by the heading they stand under: first cell without its quotes, and the row. */
function rowsUnder(heading: string): Map<string, string> {
  const section = page.split(/^(?=## )/m).find(text => text.startsWith(`## ${heading}\n`)) ?? '';
  return new Map([...section.matchAll(/^\| `([^`]+)` \|.*$/gm)].map(match => [match[1] ?? '', match[0]]));
}

test('operations.md explains every state, with the mark that people see', () => {
  const rows = rowsUnder('States');
  assert.deepEqual([...rows.keys()].sort(), [...Object.keys(STATES), 'empty'].sort());
  for (const { state, mark } of SHOWN_STATES) assert.ok(rows.get(state)?.includes(`| \`${mark}\` |`), state);
});

test('operations.md explains every reason and every finding, each once, and no others', () => {
  assert.deepEqual([...rowsUnder('Reasons').keys()].sort(), Object.keys(REASONS).sort());
  assert.deepEqual([...rowsUnder('Verifying').keys()].sort(), Object.keys(FINDINGS).sort());
});

test('every alert has its heading in operations.md', () => {
  const alerts: unknown = JSON.parse(readFileSync(new URL('../../infra/alerts.json', import.meta.url), 'utf8'));
  assert.ok(Array.isArray(alerts) && alerts.length > 0);
  for (const { name } of alerts) assert.ok(page.includes(`\n### ${name}\n`), name);
});

test('settings.md is what the app checks its settings with', () => {
  assert.equal(readFileSync(SETTINGS_PAGE, 'utf8'), settingsPage(), 'run: node tools/docs.ts');
});
