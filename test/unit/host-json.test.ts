import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { SETTINGS } from '../../shared/config/settings.ts';
import { LOST_MS } from '../../shared/ledger/owed.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/words/day.ts';

/** What host.json has to say, because the host's defaults are none of ours. */

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const HOST = JSON.parse(read('host.json'));
const FUNCTIONS = readdirSync(new URL('functions/', ROOT)).map(file => basename(file, '.ts'));

const millisecondsOf = (span: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = span.split(':').map(Number);
  return hours * HOUR_MS + minutes * MINUTE_MS + seconds * 1_000;
};

test('what Landline reports is kept, each function by its name, and of the host’s own lines only warnings', () => {
  const { logLevel, applicationInsights } = HOST.logging;
  assert.deepEqual([logLevel.default, logLevel.Function], ['Warning', 'Warning']);
  // A pattern in their place works on the console and loses the heartbeat in Application Insights.
  const kept = Object.keys(logLevel).filter(category => category.startsWith('Function.'));
  assert.deepEqual(kept.sort(), FUNCTIONS.map(name => `Function.${name}.User`).sort());
  for (const category of kept) assert.equal(logLevel[category], 'Information', category);
  // Sampling would take a heartbeat for one of many.
  assert.match(applicationInsights.samplingSettings.excludedTypes, /\bTrace\b/);
});

test('messages are looked for every few seconds, as docs/scaling.md counts, and not after up to a minute', () => {
  const everyMs = millisecondsOf(HOST.extensions.queues.maxPollingInterval);
  assert.equal(everyMs, 10_000);
  assert.match(
    read('docs/scaling.md'),
    new RegExp(`every ${everyMs / 1_000} seconds at most \\(\`maxPollingInterval\``),
  );
});

test('a fetch ends itself before the host ends its worker, and a message is owed again before the host shows it again', () => {
  const longestMs = 540 * 1_000;
  assert.ok(!SETTINGS.LANDLINE_FETCH_SECONDS.schema.safeParse(String(longestMs / 1_000 + 1)).success);
  assert.ok(longestMs + MINUTE_MS <= millisecondsOf(HOST.functionTimeout));
  assert.ok(LOST_MS < millisecondsOf(HOST.extensions.queues.visibilityTimeout));
});
