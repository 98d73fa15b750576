import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { INFRA } from '../../infra/template.ts';
import { HOUR_MS } from '../../shared/words/day.ts';
import { EVENTS, type EventFields, type EventName, lineOf } from '../../shared/words/telemetry.ts';
import { parse, type Query, type Row, run } from './kql.ts';
import { deployedQueries } from './queries.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');

const queries = new Map([...deployedQueries()].map(([name, text]) => [name, parse(text)]));

function query(name: string): Query {
  const found = queries.get(name);
  assert.ok(found, name);
  return found;
}

/** A line as the product writes it, so long before NOW. */
function line<E extends EventName>(hoursAgo: number, event: E, fields: EventFields<E>): Row {
  const Message = lineOf(event, fields);
  return { TimeGenerated: NOW - hoursAgo * HOUR_MS, Message, _BilledSize: Message.length };
}

const WHOLE = {
  missing: 0,
  queued: 0,
  fetching: 0,
  waiting: 0,
  failed: 0,
  suspect: 0,
  expiring: 0,
  expired: 0,
  lagDays: 0,
  uncurated: 0,
};

function coverage(hoursAgo: number, changes: EventFields<'coverage reported'> = {}): Row {
  return line(hoursAgo, 'coverage reported', { dataset: 'teams-sms', ...WHOLE, ...changes });
}

function fires(name: string, rows: readonly Row[]): boolean {
  return answerOf(`alert ${name}`, rows).length > 0;
}

function answerOf(name: string, AppTraces: readonly Row[]): Row[] {
  return run(query(name), { AppTraces }, NOW);
}

describe('every query', () => {
  for (const [name, { fields, texts }] of queries) {
    test(`${name} refers only to events and fields that the product reports`, () => {
      const names = Object.keys(EVENTS);
      const prefix = texts.findLast(text => text.startsWith('{"event":'))?.slice('{"event":'.length) ?? '';
      // A closing quote means one event; none, all that begin so.
      const asked = prefix.endsWith('"')
        ? [prefix.slice(1, -1)]
        : names.filter(each => each.startsWith(prefix.slice(1)));
      for (const each of asked) assert.ok(names.includes(each), each);
      const named = texts.filter(text => /^[a-z]+ [a-z]+$/.test(text));
      for (const each of named) assert.ok(names.includes(each), `there is no event ${each}`);
      // Where events are named, their fields count; where only a reason is asked for, those of any.
      const relevant = prefix.endsWith('"') ? asked : name === 'alert auth-forbidden' ? names : named;
      const known = new Set(relevant.flatMap((each): readonly string[] => EVENTS[each as EventName]));
      for (const field of fields) assert.ok(field === 'event' || known.has(field), `no ${relevant} has ${field}`);
    });
  }

  test('reads a reason that exists', () => {
    const codes = readFileSync(new URL('../../shared/words/model.ts', import.meta.url), 'utf8');
    for (const text of query('alert auth-forbidden').texts.filter(each => /^[a-z]+\.[a-z_]*$/.test(each)))
      assert.ok(codes.includes(`| '${text}`), text);
  });
});

const alerts = z
  .array(
    z.strictObject({
      name: z.string(),
      title: z.string(),
      severity: z.int(),
      every: z.string(),
      window: z.string(),
      about: z.string(),
    }),
  )
  .parse(JSON.parse(readFileSync(join(INFRA, 'alerts.json'), 'utf8')));

/** Hours of `PT1H` and `P2D`. */
function spanOf(duration: string): number {
  const [, count, unit] = /^PT?(\d+)([HD])$/.exec(duration) ?? [];
  return Number(count) * (unit === 'D' ? 24 : 1);
}

describe('the table of alerts', () => {
  test('has a query for each alert, and an alert for each query', () => {
    const files = globSync('kql/alerts/*.kql', { cwd: INFRA }).map(path => basename(path, '.kql'));
    assert.deepEqual(alerts.map(({ name }) => name).sort(), files.sort());
  });

  test('has as many rows as README and docs/deploy.md count in their costs', () => {
    const [readme = '', deploy = ''] = ['README.md', 'docs/deploy.md'].map(page =>
      readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8'),
    );
    assert.equal(Number(/^\| Alerts: (\d+) rules/m.exec(deploy)?.[1]), alerts.length);
    const words = ['seven', 'eight', 'nine', 'ten', 'eleven'];
    assert.equal(words.indexOf(/for (\w+) alerts/.exec(readme)?.[1] ?? '') + 7, alerts.length);
  });

  test('links each alert to a heading of docs/operations.md', () => {
    const page = new URL('../../docs/operations.md', import.meta.url);
    if (!existsSync(page)) return;
    const headings = [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      (heading ?? '')
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    const anchors = [...readFileSync(page, 'utf8').matchAll(/<a id="([^"]+)"/g)].map(([, id]) => id);
    const missing = alerts.filter(({ name }) => !headings.includes(name) && !anchors.includes(name));
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
    );
  });
});

describe('an alert speaks when it should, and only then', () => {
  test('no-heartbeat: when no coverage was reported for 26 hours, and also when there is no line at all', () => {
    assert.equal(fires('no-heartbeat', []), true);
    assert.equal(fires('no-heartbeat', [coverage(27), line(1, 'plan made', { queued: 1 })]), true);
    assert.equal(fires('no-heartbeat', [coverage(25)]), false);
  });

  test('missing: when open days do not become fewer in a day', () => {
    const every = (open: (hoursAgo: number) => number): Row[] =>
      [25, 20, 15, 10, 5, 1].map(hours => coverage(hours, { missing: open(hours) }));
    assert.equal(
      fires(
        'missing',
        every(() => 3),
      ),
      true,
    );
    assert.equal(
      fires(
        'missing',
        every(hours => (hours > 10 ? 3 : 4)),
      ),
      true,
    );
    assert.equal(
      fires(
        'missing',
        every(hours => 300 + hours),
      ),
      false,
      'a history that is being caught up',
    );
    assert.equal(
      fires(
        'missing',
        every(hours => (hours === 10 ? 0 : 1)),
      ),
      false,
      'a new day, landed in between',
    );
    assert.equal(
      fires(
        'missing',
        [5, 1].map(hours => coverage(hours, { missing: 3 })),
      ),
      false,
      'only for five hours',
    );
    assert.equal(
      fires(
        'missing',
        [25, 1].map(hours => coverage(hours, { waiting: 2 })),
      ),
      true,
      'waiting all day',
    );
    assert.equal(
      fires(
        'missing',
        [25, 15, 1].map(hours => coverage(hours, { queued: 4 })),
      ),
      true,
      'nobody takes the messages',
    );
  });

  test('failed: for a day that needs a person, a message given up on, and work that fails again and again', () => {
    assert.equal(fires('failed', [coverage(0.5, { failed: 1 })]), true);
    assert.equal(fires('failed', [coverage(0.5, { failed: 1 }), coverage(0.1)]), false, 'settled since');
    assert.equal(fires('failed', [line(0.5, 'message poisoned', { dataset: 'teams-sms', day: '2026-03-01' })]), true);
    assert.equal(fires('failed', [coverage(0.5, { poison: 2 })]), true, 'nobody empties a poison queue');
    assert.equal(fires('failed', [coverage(0.5, { queueDepth: 101 })]), true, 'nobody takes from the fetch queue');
    assert.equal(fires('failed', [coverage(0.5, { queueDepth: 16 })]), false, 'as many as days in flight');
    assert.equal(fires('failed', [coverage(0.5, { uncurated: 1 })]), true, 'a typed table stays behind');
    assert.equal(fires('failed', [coverage(0.5, { poison: 2 }), coverage(0.1, { poison: 0 })]), false, 'emptied since');
    assert.equal(fires('failed', [line(0.5, 'message rejected', { why: 'not ours' })]), true);
    const stuck = line(0.5, 'curation failed', {
      dataset: 'teams-sms',
      reason: 'storage.failing',
      message: 'No container.',
    });
    const [row] = answerOf('alert failed', [stuck, stuck, stuck]);
    assert.deepEqual([row?.['reason'], row?.['message']], ['storage.failing', 'No container.'], 'it says what failed');
    const trouble = line(0.5, 'work failed', { function: 'plan', reason: 'storage.failing' });
    assert.equal(fires('failed', [trouble, trouble]), false);
    assert.equal(fires('failed', [trouble, trouble, trouble]), true);
    assert.equal(fires('failed', [coverage(0.1), line(0.2, 'day failed', { dataset: 'teams-sms' })]), false, 'retried');
  });

  test('auth-forbidden: for every reason that only a person with rights can end', () => {
    for (const reason of [
      'auth.forbidden',
      'auth.rejected',
      'auth.expired',
      'storage.forbidden',
      'clock.skew',
      'security.foreign_link',
    ] as const)
      assert.equal(fires('auth-forbidden', [line(0.5, 'day failed', { dataset: 'teams-sms', reason })]), true, reason);
    assert.equal(fires('auth-forbidden', [line(0.5, 'config rejected', { message: 'two problems' })]), true);
    assert.equal(
      fires('auth-forbidden', [line(0.5, 'day failed', { reason: 'source.failing' }), coverage(0.1)]),
      false,
    );
  });

  test('expiring: also once the days are lost, for two days', () => {
    const lost = [
      coverage(30, { expiring: 3 }),
      coverage(20, { expiring: 2, expired: 1 }),
      coverage(0.1, { expired: 3 }),
    ];
    assert.equal(fires('expiring', lost), true);
    assert.equal(fires('expiring', [coverage(30, { expired: 3 }), coverage(0.1, { expired: 3 })]), false, 'long ago');
    assert.equal(fires('expiring', [coverage(30, { expired: 3 }), coverage(0.1)]), false, 'they came back');
  });

  test('expiring and suspect: while the latest report of a dataset says so', () => {
    for (const name of ['expiring', 'suspect'] as const) {
      assert.equal(fires(name, [coverage(0.5), coverage(0.1, { [name]: 2 })]), true);
      assert.equal(fires(name, [coverage(0.5, { [name]: 2 }), coverage(0.1)]), false);
      const other = line(0.1, 'coverage reported', { dataset: 'teams-pstn-calls', ...WHOLE });
      assert.equal(fires(name, [coverage(0.5, { [name]: 2 }), other]), true, 'another dataset does not hide it');
    }
  });

  test('schema-drifted: for a field nobody documented', () => {
    const drift = line(3, 'schema drifted', { dataset: 'teams-sms', day: '2026-03-01', fields: 'newField' });
    assert.equal(fires('schema-drifted', [coverage(1)]), false);
    const [row] = answerOf('alert schema-drifted', [drift, coverage(1)]);
    assert.deepEqual([row?.['dataset'], row?.['fields']], ['teams-sms', 'newField']);
  });

  test('throttled: from thirty waits of a source within an hour', () => {
    const wait = line(0.5, 'source throttled', { source: 'graph', until: '2026-03-10T12:30:00.000Z' });
    assert.equal(fires('throttled', Array(29).fill(wait)), false);
    assert.equal(fires('throttled', Array(30).fill(wait)), true);
    const before = line(2, 'source throttled', { source: 'graph', until: '2026-03-10T10:30:00.000Z' });
    assert.equal(fires('throttled', [...Array(30).fill(before), coverage(0.1)]), false, 'two hours ago');
  });
});

/** What the workspace says of itself when its cap is reached. */
function capReached(hoursAgo: number): Row {
  const Detail = 'The data collection stopped due to daily limit of free data reached. Ingestion status = OverQuota';
  return { TimeGenerated: NOW - hoursAgo * HOUR_MS, Category: 'Ingestion', Detail };
}

describe('when telemetry stops, as it does at the daily cap', () => {
  test('daily-cap: for a day after the workspace has said so, and for nothing else that it says', () => {
    const rowsFor = (...said: Row[]): number => run(query('alert daily-cap'), { _LogOperation: said }, NOW).length;
    assert.equal(rowsFor(), 0);
    assert.equal(rowsFor(capReached(20), capReached(3)), 1);
    assert.equal(rowsFor(capReached(25)), 0, 'the day before');
    assert.equal(rowsFor({ ...capReached(1), Detail: 'Ingestion status = RespectQuota' }), 0);
  });

  test('no alert that was open reads as resolved', () => {
    const silentFor = 23;
    const at = silentFor + 0.2;
    const open: Readonly<Record<string, readonly Row[]>> = {
      missing: [24, 20, 15, 10, 5, 0].map(hours => coverage(silentFor + hours, { missing: 3 })),
      failed: [coverage(at, { failed: 1 })],
      'auth-forbidden': [line(at, 'day failed', { dataset: 'teams-sms', reason: 'auth.forbidden' })],
      expiring: [coverage(at, { expiring: 2 })],
      suspect: [coverage(at, { suspect: 2 })],
      'schema-drifted': [line(at, 'schema drifted', { dataset: 'teams-sms', fields: 'newField' })],
      throttled: Array(30).fill(line(at, 'source throttled', { source: 'graph', until: '2026-03-10T12:30:00.000Z' })),
    };
    const others = ['no-heartbeat', 'daily-cap'];
    assert.deepEqual(
      [...Object.keys(open), ...others].sort(),
      [...deployedQueries().keys()].flatMap(name => (name.startsWith('alert ') ? [name.slice(6)] : [])).sort(),
    );
    for (const [name, rows] of Object.entries(open)) {
      const hours = spanOf(alerts.find(each => each.name === name)?.window ?? '');
      const seen = rows.filter(({ TimeGenerated }) => Number(TimeGenerated) > NOW - hours * HOUR_MS);
      assert.equal(fires(name, seen), true, name);
      const well = [...rows, coverage(0.1)];
      // It is over once telemetry comes again and says so; new fields are told for a day.
      if (name !== 'schema-drifted') assert.equal(fires(name, well), false, name);
    }
  });
});

describe('a tile shows', () => {
  const rows = [
    coverage(2, { lagDays: 3 }),
    coverage(1, { lagDays: 1, landedThrough: '2026-03-08' }),
    line(1, 'day landed', { dataset: 'teams-sms', day: '2026-03-08', pages: 2, rows: 1_500, bytes: 900_000 }),
    line(1, 'day checked', { dataset: 'teams-sms', day: '2026-03-07', pages: 1, rows: 10 }),
    line(1, 'day revised', { dataset: 'teams-sms', day: '2026-03-06', rowsAdded: 2, rowsChanged: 1, pages: 1 }),
    line(1, 'source throttled', { source: 'graph' }),
    line(1, 'day failed', { dataset: 'teams-sms', day: '2026-03-05', reason: 'source.failing', remedy: 'retry' }),
    line(0.5, 'day failed', { dataset: 'teams-sms', day: '2026-03-04', reason: 'source.failing', remedy: 'retry' }),
  ];
  const tile = (name: string): Row[] => answerOf(`tile ${name}`, rows);

  test('coverage: the latest report of each dataset', () => {
    const [row, ...others] = tile('coverage');
    assert.deepEqual([row?.['dataset'], row?.['lagDays'], row?.['landedThrough']], ['teams-sms', 1, '2026-03-08']);
    assert.deepEqual(others, []);
  });

  test('lag: the worst of each hour', () => {
    assert.deepEqual(
      tile('lag').map(row => row['lagDays']),
      [3, 1],
    );
  });

  test('late rows, throttling and failures: sums and counts', () => {
    assert.deepEqual(
      tile('late-rows').map(row => [row['rowsAdded'], row['rowsChanged'], row['rowsRemoved']]),
      [[2, 1, 0]],
    );
    assert.deepEqual(
      tile('throttling').map(row => [row['source'], row['times']]),
      [['graph', 1]],
    );
    assert.deepEqual(
      tile('failures').map(row => [row['reason'], row['times'], row['day']]),
      [['source.failing', 2, '2026-03-04']],
    );
  });

  test('cost: reads, pages, rows and bytes; and the volume of the log', () => {
    const [cost] = tile('cost');
    assert.deepEqual([cost?.['reads'], cost?.['pages'], cost?.['rows'], cost?.['bytes']], [3, 4, 1_510, 900_000]);
    assert.equal(tile('log-volume')[0]?.['lines'], rows.length);
  });
});
