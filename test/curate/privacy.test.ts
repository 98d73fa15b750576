import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { type DatasetName, startSimulator } from '../../local/simulator/index.ts';
import { callClassOf, callDirectionOf, messageDirectionOf } from '../../shared/curate/code-classes.ts';
import { type Profile, privacyProfile, sameNumber } from '../../shared/curate/privacy.ts';
import { maskedNumber } from '../../shared/curate/safe-text.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { addDays } from '../../shared/words/day.ts';
import { PRIVACY_PAGE, privacyPage } from '../../tools/dictionary.ts';
import { curated, type MemoryPorts, memoryPorts, parsedExactly, SECRET } from './setup.ts';

const DAYS = Array.from({ length: 6 }, (_, i) => addDays('2026-01-05', i));
const IP = /\b\d{1,3}(\.\d{1,3}){3}\b|\b[0-9a-f]{1,4}(:[0-9a-f]{0,4}){3,}/i;

interface Pair {
  readonly name: DatasetName;
  readonly sent: Record<string, unknown>;
  readonly shown: Record<string, unknown>;
}

/** Every row of six days of every dataset, with what the profile shows of it; and all that stands in the files. */
async function pairs(profile: Profile): Promise<{ rows: Pair[]; on: MemoryPorts }> {
  const simulator = await startSimulator({ seed: 31, rows: 120, oddShare: 0.2, now: () => Date.parse('2026-03-01') });
  const on = memoryPorts(profile);
  const rows: Pair[] = [];
  for (const name of DATASETS.map(each => each.name as DatasetName)) {
    for (const day of DAYS) {
      const truth = simulator.truth(name, day, name.endsWith('-calls') ? 'beta' : undefined);
      await curated(on, name, day, truth);
      const [, bytes] = [...on.curated.files].at(-1) ?? [];
      const shown = await parquetReadObjects({ file: new Uint8Array(bytes?.bytes ?? []).buffer });
      for (const row of shown) {
        const line = truth[Number(row['row_ordinal']) - 1];
        assert.ok(line);
        rows.push({ name, sent: parsedExactly(line), shown: row });
      }
    }
  }
  await simulator.stop();
  return { rows, on };
}

/** Everything a row shows. */
function textOf(row: Record<string, unknown>): string {
  return Object.values(row)
    .filter(value => typeof value === 'string')
    .join('\n');
}

/** Bounds of text in the statistics of the files: the lowest and the highest would be shown to whoever has the file. */
function boundsOfText(on: MemoryPorts): unknown[] {
  const chunks = [...on.curated.files.values()]
    .flatMap(({ bytes }) => parquetMetadata(new Uint8Array(bytes).buffer).row_groups)
    .flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data));
  assert.ok(chunks.some(chunk => chunk?.type === 'INT64' && chunk.statistics?.min_value !== undefined));
  return chunks
    .filter(chunk => chunk?.type === 'BYTE_ARRAY')
    .flatMap(chunk => [chunk?.statistics?.min_value, chunk?.statistics?.max_value])
    .filter(bound => bound !== undefined);
}

/** The outsiders' numbers of a row, by rules of the test's own; none when a row has one number at both ends. */
function outsiders({ name, sent }: Pair): string[] {
  const from = String(sent['callerNumber'] ?? sent['sourceNumber'] ?? sent['source_number'] ?? '');
  const to = String(sent['calleeNumber'] ?? sent['destinationNumber'] ?? sent['destination_number'] ?? '');
  if (sameNumber(from) === sameNumber(to)) return [];
  const calls = name.endsWith('-calls');
  const type = String(sent['callType']);
  const channel = name === 'teams-sms' ? 'teams' : name.slice(0, -'-sms'.length);
  const direction = calls
    ? callDirectionOf(type)
    : messageDirectionOf(channel, String(sent['smsType'] ?? sent['direction'] ?? ''));
  if (direction === 'unknown' || (calls && ['transfer', 'forwarding'].includes(callClassOf(type)))) return [from, to];
  return direction === 'inbound' ? [from] : [to];
}

test('masked shows no full number of an outsider, no address, no message text, no value of an unknown field', async () => {
  const { rows, on } = await pairs('masked');
  let numbers = 0;
  let texts = 0;
  for (const pair of rows) {
    const shown = textOf(pair.shown);
    for (const number of outsiders(pair).filter(each => /^\+?\d{6,}$/.test(each))) {
      numbers += 1;
      assert.ok(!shown.includes(number.replace('+', '')), `${pair.name}: ${number} in ${shown}`);
    }
    assert.doesNotMatch(shown, IP);
    const text = pair.sent['text'];
    if (typeof text === 'string') {
      texts += 1;
      assert.ok(!shown.includes(text), text);
      assert.equal(pair.shown['message_text'], null);
    }
    for (const [, value] of Object.entries(JSON.parse(String(pair.shown['extra_json'] ?? '{}'))))
      assert.equal(value, null);
    for (const ip of ['client_local_ipv4', 'client_public_ipv6'])
      if (ip in pair.shown) assert.equal(pair.shown[ip], null);
  }
  assert.ok(numbers > 1_000 && texts > 200, `${numbers} numbers, ${texts} texts`);
  assert.deepEqual(boundsOfText(on), []);
  const [fact] = rows.filter(({ name, sent }) => name === 'teams-pstn-calls' && sent['userId']);
  assert.equal(fact?.shown['user_id'], fact?.sent['userId']);
});

test('pseudonymous shows no user, number, name, address or text, and equal people are equal', async () => {
  const { rows } = await pairs('pseudonymous');
  const users = new Map<unknown, unknown>();
  let shownUsers = 0;
  for (const pair of rows) {
    const shown = textOf(pair.shown);
    assert.doesNotMatch(shown, IP);
    for (const field of ['userId', 'userPrincipalName', 'userDisplayName', 'text', 'error_message']) {
      const value = pair.sent[field];
      if (typeof value === 'string' && value !== '') assert.ok(!shown.includes(value), `${pair.name} ${field}`);
    }
    for (const field of [
      'callerNumber',
      'calleeNumber',
      'sourceNumber',
      'destinationNumber',
      'userTelephoneNumber',
      'source_number',
      'destination_number',
    ]) {
      const value = String(pair.sent[field] ?? '');
      if (/\d{6,}/.test(value)) assert.ok(!shown.includes(value.replace('+', '')), `${pair.name} ${field}`);
    }
    const user = pair.sent['userId'];
    if (typeof user !== 'string' || user === '') continue;
    shownUsers += 1;
    assert.match(String(pair.shown['user_id']), /^u_[0-9a-f]{32}$/);
    assert.equal(users.get(user) ?? pair.shown['user_id'], pair.shown['user_id']);
    users.set(user, pair.shown['user_id']);
  }
  assert.ok(shownUsers > 1_000 && new Set(users.values()).size === users.size);
});

test('a number loses its last four digits, whatever stands between them, and a name is withheld', () => {
  for (const [number, expected] of [
    ['+12025550142', '+1202555****'],
    ['12025550142', '1202555****'],
    ['+49301234***', '+4930123****'],
    ['+1 202 555-0142', '+1 202 555-****'],
    ['+1001', '+****'],
    ['anonymous', 'anonymous'],
    ['Internal Revenue Service', 'withheld'],
    ['+49***', '+4****'],
  ] as const) {
    assert.equal(maskedNumber(number), expected, number);
  }
  assert.equal(sameNumber('+1 (202) 555-0142'), sameNumber('12025550142'));
});

test('docs/privacy.md says of every field what the profiles do with it', async () => {
  const page = await readFile(PRIVACY_PAGE, 'utf8');
  assert.equal(page, privacyPage(page), 'run `node tools/dictionary.ts`');
});

test('what a look at the bytes shows is what the profile shows', () => {
  const kinds = ['open', 'id', 'instant', 'call-id', 'word', 'from', 'user', 'ip'] as const;
  const likely = fc.string({ unit: fc.constantFrom(...'0123456789_@.-+aZ:T ') });
  const callId = fc.tuple(likely, fc.constantFrom('', '20148000_0', '1_23456', '123456789_1', '_1', '1_'), likely);
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    likely,
    callId.map(parts => parts.join('')),
  );
  const profiles = [privacyProfile('masked', undefined), privacyProfile('pseudonymous', SECRET)];
  fc.assert(
    fc.property(texts, fc.constantFrom(...kinds), fc.constantFrom(...profiles), (text, privacy, profile) => {
      const body = Buffer.from(`"${text}"`);
      const shown = profile.shownTo(privacy, body, 1, body.length - 1);
      if (shown > 1) assert.equal(body.toString('utf8', 1, shown), profile.apply(privacy, text, 'unknown', false));
    }),
    { numRuns: 2_000 },
  );
});
