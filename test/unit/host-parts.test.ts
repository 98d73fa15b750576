import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { DequeuedMessageItem } from '@azure/storage-queue';
import { decodeMessage, encodeMessage, messagesOf } from '../../local/host/messages.ts';
import { triggerMetadata } from '../../local/host/queues.ts';
import { compileRoute } from '../../local/host/routes.ts';
import { entryFiles, expand, parseTimeSpan, readHostJson } from '../../local/host/settings.ts';
import { isMonitored, parseSchedule, TimerListener } from '../../local/host/timers.ts';

const ROOT = fileURLToPath(new URL('../fixtures/host-app/', import.meta.url));
const MINUTE = 60_000;

describe('schedules', () => {
  const from = new Date('2026-03-31T23:58:30.500Z');
  const next = (expression: string): string => parseSchedule(expression).next(from).toISOString();

  test('six fields start with seconds, five with minutes, and both count in UTC', () => {
    assert.equal(next('*/10 * * * * *'), '2026-03-31T23:58:40.000Z');
    assert.equal(next('0 */5 * * * *'), '2026-04-01T00:00:00.000Z');
    assert.equal(next('30 6 * * *'), '2026-04-01T06:30:00.000Z');
  });

  test('a day of month and a day of week must both match', () => {
    assert.equal(next('0 0 0 13 * FRI'), '2026-11-13T00:00:00.000Z');
  });

  test('what only other crons understand is refused', () => {
    for (const wrong of ['@daily', '0 0 0 L * *', '0 0 0 * * 7', '00:05:00', '* * * *', '0 61 * * * *', '']) {
      assert.throws(() => parseSchedule(wrong), Error, wrong);
    }
  });

  test('a timer has a status unless it runs more often than once a minute or does not want one', () => {
    assert.equal(isMonitored(parseSchedule('0 * * * * *'), true, from), true);
    assert.equal(isMonitored(parseSchedule('*/30 * * * * *'), true, from), false);
    assert.equal(isMonitored(parseSchedule('0 * * * * *'), false, from), false);
  });
});

describe('timers', () => {
  /** Time that moves only when told to; it wakes sleepers and lets them run until they sleep again. */
  function manualClock(start: string) {
    let nowMs = Date.parse(start);
    let sleepers: { atMs: number; wake: () => void }[] = [];
    return {
      now: () => nowMs,
      sleep: (ms: number, signal?: AbortSignal): Promise<void> =>
        new Promise((resolve, reject) => {
          sleepers.push({ atMs: nowMs + ms, wake: resolve });
          signal?.addEventListener('abort', () => reject(signal.reason));
        }),
      async advance(ms: number): Promise<void> {
        nowMs += ms;
        const due = sleepers.filter(sleeper => sleeper.atMs <= nowMs);
        sleepers = sleepers.filter(sleeper => sleeper.atMs > nowMs);
        for (const sleeper of due) sleeper.wake();
        await new Promise(resolve => setImmediate(resolve));
      },
    };
  }

  function timer(clock: ReturnType<typeof manualClock>, invoke: (input: unknown) => Promise<boolean>) {
    const listener = new TimerListener({
      schedule: parseSchedule('0 * * * * *'),
      useMonitor: true,
      runOnStartup: false,
      clock,
      invoke: (_reason, input) => invoke(JSON.parse(input.json ?? 'null')),
    });
    return { listener, over: listener.follow() };
  }

  test('a tick carries the status of the run before it', async () => {
    const clock = manualClock('2026-01-31T12:00:10Z');
    const inputs: unknown[] = [];
    const { listener, over } = timer(clock, input => Promise.resolve(inputs.push(input) > 0));
    await clock.advance(50_000);
    await clock.advance(MINUTE);
    listener.stop();
    await over;
    assert.deepEqual(inputs, [
      {
        Schedule: { AdjustForDST: true },
        ScheduleStatus: {
          Last: '0001-01-01T00:00:00',
          Next: '2026-01-31T12:01:00.000Z',
          LastUpdated: '2026-01-31T12:00:10.000Z',
        },
        IsPastDue: false,
      },
      {
        Schedule: { AdjustForDST: true },
        ScheduleStatus: {
          Last: '2026-01-31T12:01:00.000Z',
          Next: '2026-01-31T12:02:00.000Z',
          LastUpdated: '2026-01-31T12:01:00.000Z',
        },
        IsPastDue: false,
      },
    ]);
  });

  test('ticks missed during a long run become one run right after it', async () => {
    const clock = manualClock('2026-01-31T12:00:10Z');
    const startedAt: string[] = [];
    let finish: (() => void) | undefined;
    const { listener, over } = timer(clock, async () => {
      startedAt.push(new Date(clock.now()).toISOString().slice(11, 19));
      if (startedAt.length === 1) await new Promise<void>(resolve => (finish = resolve));
      return true;
    });
    await clock.advance(50_000); // 12:01:00, the run begins
    await clock.advance(3.5 * MINUTE); // 12:04:30, three ticks later
    assert.deepEqual(startedAt, ['12:01:00']);
    finish?.();
    await clock.advance(0);
    assert.deepEqual(startedAt, ['12:01:00', '12:04:30']);
    await clock.advance(30_000);
    assert.deepEqual(startedAt, ['12:01:00', '12:04:30', '12:05:00']);
    listener.stop();
    await over;
  });

  test('a run that failed waits for the next tick', async () => {
    const clock = manualClock('2026-01-31T12:00:10Z');
    let runs = 0;
    const { listener, over } = timer(clock, () => Promise.resolve(runs++ < 0));
    await clock.advance(50_000);
    await clock.advance(59_000);
    assert.equal(runs, 1);
    await clock.advance(1_000);
    assert.equal(runs, 2);
    listener.stop();
    await over;
  });
});

describe('messages', () => {
  test('base64 is read strictly, white space aside', () => {
    assert.deepEqual(decodeMessage('eyJhIjoxfQ==', 'base64'), { text: '{"a":1}' });
    assert.deepEqual(decodeMessage(' eyJh\nIjoxfQ== ', 'base64'), { text: '{"a":1}' });
    assert.deepEqual(decodeMessage('/w==', 'base64'), { unreadable: 'not UTF-8' });
    for (const wrong of ['{"a":1}', 'eyJhIjoxfQ=', 'eyJhIjoxfQ', 'a', '====']) {
      assert.deepEqual(decodeMessage(wrong, 'base64'), { unreadable: 'not base64' }, wrong);
    }
    assert.deepEqual(decodeMessage('{"a":1}', 'none'), { text: '{"a":1}' });
  });

  test('an array, or text that reads as one, is one message for each element', () => {
    assert.deepEqual(messagesOf({ json: '[{"a":1},"b",3]' }), ['{\n  "a": 1\n}', 'b', '3']);
    assert.deepEqual(messagesOf({ string: '["x","y"]' }), ['x', 'y']);
    assert.deepEqual(messagesOf({ string: '{"a":1}' }), ['{"a":1}']);
    assert.deepEqual(messagesOf({ json: '{"a":1}' }), ['{\n  "a": 1\n}']);
    assert.deepEqual(messagesOf({ json: '[]' }), []);
    assert.deepEqual(messagesOf(undefined), []);
  });

  test('a message over 64 KiB is refused before it is sent', () => {
    assert.equal(encodeMessage('x'.repeat(49_152), 'base64').length, 65_536);
    assert.throws(() => encodeMessage('x'.repeat(49_153), 'base64'), /does not fit into a queue/);
  });

  test('a property of the payload hides the metadata of the same name', () => {
    const message: DequeuedMessageItem = {
      messageId: 'the-id',
      popReceipt: 'the-receipt',
      messageText: '',
      dequeueCount: 2,
      insertedOn: new Date(0),
      expiresOn: new Date(1),
      nextVisibleOn: new Date(2),
    };
    const metadata = triggerMetadata(message, '{"id":7,"other":"x"}');
    assert.deepEqual(metadata['Id'], { json: '7' });
    assert.deepEqual(metadata['other'], { json: '"x"' });
    assert.deepEqual(metadata['DequeueCount'], { json: '2' });
    assert.deepEqual(metadata['QueueTrigger'], { string: '{"id":7,"other":"x"}' });
    assert.deepEqual(metadata['InsertionTime'], { json: '"1970-01-01T00:00:00.000Z"' });
  });
});

describe('settings', () => {
  test('time spans are read as .NET writes them', () => {
    assert.equal(parseTimeSpan('00:05:00'), 5 * MINUTE);
    assert.equal(parseTimeSpan('1.00:00:00.5'), 86_400_500);
    assert.equal(parseTimeSpan('-1'), Number.POSITIVE_INFINITY);
    assert.equal(parseTimeSpan('5 minutes'), undefined);
  });

  test("host.json gets Azure's defaults, and each wrong value is named", () => {
    const { functionTimeoutMs, routePrefix, queues } = readHostJson({ version: '2.0' });
    assert.deepEqual([functionTimeoutMs, routePrefix], [30 * MINUTE, 'api']);
    assert.deepEqual(
      [queues.batchSize, queues.maxDequeueCount, queues.visibilityTimeoutMs, queues.messageEncoding],
      [16, 5, 0, 'base64'],
    );
    assert.throws(
      () => readHostJson({ version: '2.0', functionTimeout: 'soon', extensions: { queues: { batchSize: 33 } } }),
      (error: Error) => /functionTimeout/.test(error.message) && /batchSize/.test(error.message),
    );
  });

  test('%NAME% stands for a setting, and a missing one is an error', () => {
    assert.equal(expand('a-%X%-%Y%', { X: '1', Y: '2' }), 'a-1-2');
    assert.throws(() => expand('%Z%', {}), /setting Z is missing/);
  });

  test('main is a glob, and its files load in the order of their names', () => {
    const names = entryFiles(ROOT, undefined, undefined).map(file => file.slice(ROOT.length));
    assert.deepEqual(
      names,
      ['consume', 'hooks', 'pages', 'poison', 'produce'].map(name => `functions/${name}.ts`),
    );
    assert.throws(() => entryFiles(ROOT, 'nothing/*.js', undefined), /no file/);
  });
});

describe('routes', () => {
  test('parameters are decoded, constraints decide, literals ignore case', () => {
    const { match } = compileRoute('api/Days/{dataset}/{page:int?}');
    assert.deepEqual(match('/api/days/teams%20sms/3'), { dataset: 'teams sms', page: '3' });
    assert.deepEqual(match('/api/days/teams/'), { dataset: 'teams' });
    for (const other of ['/api/days', '/api/days/teams/x', '/api/days/teams/3/4', '/api/days/%zz']) {
      assert.equal(match(other), undefined, other);
    }
    assert.deepEqual(compileRoute('files/{*rest}').match('/files/a/b%2Fc'), { rest: 'a/b/c' });
  });

  test('a constraint this host does not know is an error and not a match', () => {
    assert.throws(() => compileRoute('{day:datetime}'), /constraint datetime is unknown/);
    assert.throws(() => compileRoute('day-{day}'), /form this host does not know/);
  });
});
