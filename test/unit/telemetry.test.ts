import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { EVENTS, type EventName, levelOf, lineOf, type Report, reporter } from '../../shared/words/telemetry.ts';

const PAGE = readFileSync(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');

/** A row of the table of events. */
const ROW = /^\| `([a-z ]+)` \| (info|warn|error) \| (.+?) \| ((?:`\w+` ?)+) \| (.+?)<br>`(.+)` \|$/;

const ROWS = PAGE.split('\n').flatMap(line => {
  const [, event = '', level, , fields = '', , query = ''] = ROW.exec(line) ?? [];
  return event === '' ? [] : [{ event, level, fields: fields.replaceAll('`', '').trim().split(' '), query }];
});

test('docs/telemetry.md has every event with its level and its fields, and no other', () => {
  const written = Object.fromEntries(ROWS.map(({ event, level, fields }) => [event, { level, fields }]));
  const names = Object.keys(EVENTS) as EventName[];
  const actual = Object.fromEntries(names.map(event => [event, { level: levelOf(event), fields: [...EVENTS[event]] }]));
  assert.deepEqual(written, actual);
});

const namesIn = (text: string): string[] => [...text.matchAll(/`([\w.]+)(?:\[\])?`/g)].map(([, name = '']) => name);

/** The table below that sentence or heading: what its first column names, and what the second names of it. */
function tableBelow(text: string): Map<string, string[]> {
  const [, below = ''] = PAGE.split(text);
  const [table = ''] = /^\|(?:.+\n)+/m.exec(below) ?? [];
  const cells = table.split('\n').map(row => row.split(' | '));
  return new Map(cells.flatMap(([first = '', second = '']) => namesIn(first).map(name => [name, namesIn(second)])));
}

/** Members of an interface, as its file has them. */
function membersOf(name: string, file: string): string[] {
  const source = readFileSync(new URL(`../../shared/${file}`, import.meta.url), 'utf8');
  const [, body = ''] = source.split(`export interface ${name} {\n`);
  return [...body.slice(0, body.indexOf('\n}')).matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, member = '']) => member);
}

test('docs/telemetry.md has every field of the heartbeat, and no other', () => {
  const fields = [...tableBelow("## The heartbeat's fields").keys()];
  assert.deepEqual(new Set(['dataset', ...fields]), new Set(EVENTS['coverage reported']));
});

test('docs/telemetry.md has every member of the JSON for machines, and no other', () => {
  const status = tableBelow('## The same for machines');
  const top = [...status.keys()].map(name => name.replace(/\..*/, ''));
  assert.deepEqual(new Set(top), new Set([...membersOf('Facts', 'status/facts.ts'), 'days', 'years', 'trouble']));
  const under = (name: string) =>
    [...status.keys()].flatMap(key => (key.startsWith(`${name}.`) ? key.slice(name.length + 1) : []));
  assert.deepEqual(under('verdict'), membersOf('Verdict', 'status/verdict.ts'));
  assert.deepEqual(under('queue'), membersOf('Depth', 'words/ports.ts'));
  assert.deepEqual(status.get('gates'), membersOf('Gate', 'words/ledger.ts'));
  assert.deepEqual(status.get('unreadable'), membersOf('Unreadable', 'status/dataset-facts.ts'));
  assert.deepEqual(status.get('days'), membersOf('DayFacts', 'status/dataset-facts.ts'));
  assert.deepEqual(status.get('years'), membersOf('YearFacts', 'status/gaps.ts'));
  assert.deepEqual(status.get('filling'), membersOf('Filling', 'status/filling-history.ts'));
  // Members of `expiring[]`.
  const below = ['day', 'lastChance'];
  const ofDataset = status.get('datasets')?.filter(name => !below.includes(name));
  assert.deepEqual(ofDataset, membersOf('DatasetFacts', 'status/dataset-facts.ts'));
});

test('docs/telemetry.md has every member of what the doctor answers, and no other', () => {
  const doctor = tableBelow('answers what `landline doctor --app` prints');
  assert.deepEqual([...doctor.keys()], membersOf('Diagnosis', 'doctor/diagnose.ts'));
  assert.deepEqual(doctor.get('findings'), ['check', ...membersOf('Trouble', 'doctor/finding.ts')]);
});

test('every query asks for its own event, and for fields that it has', () => {
  for (const { event, query, fields } of ROWS) {
    assert.ok(query.startsWith(`E \\| where event == '${event}'`), event);
    for (const [, field = ''] of query.matchAll(/\bd\.(\w+)/g)) assert.ok(fields.includes(field), `${event}: ${field}`);
  }
});

test('the heartbeat says per dataset what an alert needs', () => {
  const needed = ['dataset', 'landedThrough', 'lagDays', 'missing', 'failed', 'suspect', 'expiring', 'poison'] as const;
  for (const field of needed) assert.ok(EVENTS['coverage reported'].includes(field), field);
});

test('every event about a day carries the day’s identity', () => {
  for (const [event, fields] of Object.entries(EVENTS).filter(([name]) => /^(day|page|schema) /.test(name)))
    assert.deepEqual(fields.slice(0, 2), ['dataset', 'day'], event);
});

test('a line holds the listed fields in their order, and nothing else that was given', () => {
  const given = { day: '2026-03-14', dataset: 'teams-sms', ticket: undefined, why: 'missing', row: 'a secret' };
  const line = '{"event":"day queued","dataset":"teams-sms","day":"2026-03-14","why":"missing"}';
  assert.equal(lineOf('day queued', given), line);
});

test('a line is one line, whatever is in a message', () => {
  assert.doesNotMatch(lineOf('work failed', { message: 'a\r\nb' }), /[\r\n]/);
});

test('each event goes to the log of its level', () => {
  const lines: string[] = [];
  const log = (level: string) => (line: string) => void lines.push(`${level} ${JSON.parse(line).event}`);
  const report: Report = reporter({ info: log('info'), warn: log('warn'), error: log('error') });
  report('day landed', {});
  report('shrink refused', {});
  report('day failed', {});
  assert.deepEqual(lines, ['info day landed', 'warn shrink refused', 'error day failed']);
});
