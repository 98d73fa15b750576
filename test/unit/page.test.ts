import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DATASETS } from '../../shared/datasets/index.ts';
import { type Facts, factsOf } from '../../shared/status/facts.ts';
import { escaped, html } from '../../shared/status/html/markup.ts';
import { pageOf } from '../../shared/status/html/page.ts';
import { type Asked, readFacts, statusReply } from '../../shared/status/http-reply.ts';
import { SHOWN_STATES } from '../../shared/status/states.ts';
import { DAY_MS, instantOf } from '../../shared/words/day.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import type { DayEntry, Work } from '../../shared/words/ledger.ts';
import { memoryLedger } from '../doubles/memory-ledger.ts';
import { heldFacts, heldLedger, NOW, READ, troubledFacts } from '../pages/tenant.ts';

const clock = { now: () => NOW, sleep: async () => {}, timeout: (ms: number) => AbortSignal.timeout(ms) };
const ASKED: Asked = { method: 'GET', accept: null, format: null };

function reply(asked: Partial<Asked>, facts: () => Promise<Facts> = async () => troubledFacts()) {
  return statusReply({ ...ASKED, ...asked }, clock, facts);
}

test('a value in a template is text, and only what a template made is markup', () => {
  const name = `<b title='"'>&amp;</b>`;
  assert.equal(html`<p>${name}</p>`.text, '<p>&lt;b title=&#39;&quot;&#39;&gt;&amp;amp;&lt;/b&gt;</p>');
  assert.equal(
    html`<ul>${['<', '>'].map(sign => html`<li>${sign}</li>`)}</ul>`.text,
    '<ul><li>&lt;</li><li>&gt;</li></ul>',
  );
  assert.equal(html`${undefined}${0}`.text, '0');
});

test('what no HTML text can hold is replaced, and what turns the direction of reading', () => {
  assert.equal(escaped('a\u202eb\u2066c\u0085'), 'a\ufffdb\ufffdc\ufffd');
  assert.equal(escaped('a\u0000b\u001bc\ud800d\ne'), 'a\ufffdb\ufffdc\ufffdd\ne');
});

test('ten years of seven logs are under 250,000 bytes of HTML', () => {
  assert.ok(Buffer.byteLength(pageOf(heldFacts(3_650))) < 250_000);
  const facts = heldFacts();
  assert.equal(facts.datasets.flatMap(({ days }) => days).length, 365 * 7);
  const revised = { revision: 2, rowsAdded: 1_042, rowsChanged: 12, rowsRemoved: 0 };
  const datasets = facts.datasets.map(each => ({
    ...each,
    days: each.days.map((day, i) => (i % 3 === 0 ? { ...day, ...revised } : day)),
  }));
  assert.ok(Buffer.byteLength(pageOf({ ...facts, datasets })) < 300_000, 'not even if every third day was revised');
});

test('the JSON has every state by name, and the same verdict as the page', async () => {
  const { headers, body } = await reply({ accept: 'application/json' });
  assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  const { format, verdict, datasets } = JSON.parse(body);
  assert.equal(format, 1);
  assert.equal(verdict.level, 'attention');
  assert.equal(verdict.sentence, '10 days are missing in 4 logs; 5 of these days need a person; 2 days are suspect.');
  assert.deepEqual(
    datasets.map(({ dataset }: { dataset: string }) => dataset),
    DATASETS.map(({ name }) => name),
  );
  for (const { state } of SHOWN_STATES) assert.match(body, new RegExp(`"state":"${state}"`));
});

test('page and JSON say which version answers, also where nothing else can be said', async () => {
  const broken = () =>
    Promise.reject(new LandlineError({ reason: 'config.invalid', remedy: 'reject', message: 'No.' }));
  for (const facts of [undefined, broken]) {
    const [page, json] = await Promise.all([reply({}, facts), reply({ format: 'json' }, facts)]);
    assert.equal(page.status, json.status);
    assert.match(page.body, /Landline source\.<\/p><\/footer>/);
    assert.equal(JSON.parse(json.body).version, 'source');
  }
});

test('a log whose ledger cannot be read is named, and hides no other', async () => {
  const [first, second] = DATASETS;
  assert.ok(first && second);
  const sound = heldLedger(first, 30);
  const ledger = memoryLedger();
  for (const entry of sound.entries) await ledger.putDay(entry, undefined);
  if (sound.watermark) await ledger.putWatermark(sound.watermark, undefined);
  const damaged = () =>
    Promise.reject(new LandlineError({ reason: 'storage.failing', remedy: 'reject', message: 'Odd.' }));
  const facts = await readFacts({
    datasets: [first, second],
    off: [],
    ledger: { ...ledger, days: dataset => (dataset === second.name ? damaged() : ledger.days(dataset)) },
    backlog: { depth: async () => ({ fetch: 0, poison: 0 }) },
    pulse: { last: async () => instantOf(NOW) },
    clock,
  });
  assert.deepEqual(facts.unreadable, [{ dataset: second.name, message: 'Odd.' }]);
  assert.deepEqual(facts.verdict, {
    level: 'attention',
    sentence: '1 log cannot be read. Of the other logs: Everything owed is held.',
    points: [
      {
        text: `${second.name} cannot be read: Odd.`,
        command: 'landline rebuild',
        help: 'operations.md#storage-and-the-app-itself',
      },
    ],
  });
});

test('browsers get the page and machines the JSON, whichever way they ask', async () => {
  const isJson = async (asked: Partial<Asked>) =>
    (await reply(asked)).headers['content-type']?.startsWith('application/json');
  assert.equal(await isJson({ accept: 'text/html,application/xhtml+xml,application/json;q=0.9' }), false);
  assert.equal(await isJson({ accept: 'application/json' }), true);
  assert.equal(await isJson({ accept: '*/*' }), false);
  assert.equal(await isJson({ accept: 'text/html', format: 'json' }), true);
  assert.equal(await isJson({ accept: 'application/json', format: 'html' }), false);
  assert.equal(await isJson({ format: '../../etc/passwd' }), false);
});

test('every answer forbids scripts, guessing, framing and referrers', async () => {
  const failing = () => Promise.reject(new Error('secret'));
  for (const { headers } of [
    await reply({}),
    await reply({ format: 'json' }),
    await reply({ method: 'POST' }),
    await reply({}, failing),
  ]) {
    assert.match(
      headers['content-security-policy'] ?? '',
      /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; base-uri 'none';/,
    );
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cache-control'], 'no-store');
  }
});

test('HEAD answers what GET answers, without the body', async () => {
  const [whole, head] = [await reply({}), await reply({ method: 'HEAD' })];
  assert.deepEqual([head.status, head.body], [200, '']);
  assert.deepEqual(head.headers, { ...whole.headers, 'content-length': String(Buffer.byteLength(whole.body)) });
});

test('the page is loaded again by itself while days are being read, and only then', async () => {
  assert.equal((await reply({})).headers['refresh'], '30');
  assert.equal((await reply({}, async () => heldFacts(30))).headers['refresh'], undefined);
});

test('any other method is refused', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const { status, headers } = await reply({ method });
    assert.deepEqual([status, headers['allow']], [405, 'GET, HEAD'], method);
  }
});

test('what goes wrong is told in our own words, and no other', async () => {
  const message = 'Configuration is not usable:\n  - LANDLINE_DATASETS: expected <names>, got "a"';
  const invalid = () => Promise.reject(new LandlineError({ reason: 'config.invalid', remedy: 'fix-config', message }));
  const page = await reply({}, invalid);
  assert.equal(page.status, 503);
  assert.match(page.body, /<li>LANDLINE_DATASETS: expected &lt;names&gt;, got &quot;a&quot;<\/li>/);
  const json = await reply({ format: 'json' }, () => Promise.reject(new Error('a secret text')));
  assert.equal(json.status, 503);
  assert.equal(JSON.parse(json.body).error.reason, 'worker.bug');
  assert.doesNotMatch(json.body, /secret/);
});

test('the verdict counts days and logs, and says who is needed', () => {
  const { verdict } = troubledFacts();
  assert.deepEqual(
    verdict.points.map(({ text }) => text),
    [
      'Teams Direct Routing calls: 3 days failed (auth.forbidden) since 2026-11-21 08:04 UTC; 2 more days wait until that is solved. Graph refused getDirectRoutingCalls with 403 Forbidden: the permission is missing, or the token is from before the permission was granted.',
      'Teams SMS: 1 day is not held, and the source will soon no longer have it.',
      'Voximplant SMS: 2 days are suspect: the source contradicted itself.',
      'Microsoft Graph asked Landline to send no requests until 2026-11-21 12:08 UTC (source.throttled); Landline then continues by itself.',
      '5 days never landed, because the source no longer has them.',
    ],
  );
  const [first] = verdict.points;
  assert.equal(first?.command, 'landline show teams-direct-routing-calls 2026-11-18');
  assert.equal(first?.help, 'operations.md#sign-in-and-permission');
  assert.deepEqual(heldFacts(90).verdict, { level: 'held', sentence: 'Everything owed is held.', points: [] });
});

test('partitions that are damaged or gone are told apart from a source that contradicts itself', () => {
  const [log] = DATASETS;
  assert.ok(log !== undefined);
  const ledger = heldLedger(log, log.historyDays + 10);
  const days = ledger.entries.map(({ day }) => day);
  const [oldest = '', newest = ''] = [days[0], days.at(-2)];
  const broken = (reason: 'partition.damaged' | 'partition.missing') => ({
    suspicion: { reason, rows: 0, fingerprint: `0-${'0'.repeat(32)}`, since: instantOf(NOW) },
  });
  const entries = ledger.entries.map(entry => {
    if (entry.day === oldest) return { ...entry, work: { ...entry.work, ...broken('partition.missing') } };
    if (entry.day === newest) return { ...entry, work: { ...entry.work, ...broken('partition.damaged') } };
    return entry;
  });
  const facts = factsOf({ ...READ, ledgers: [{ ...ledger, entries }] });
  const { verdict } = facts;
  assert.equal(verdict.level, 'attention');
  assert.equal(verdict.sentence, 'Everything owed was landed, and 2 partitions are damaged or gone.');
  assert.deepEqual(
    verdict.points.map(({ text, command }) => [text, command]),
    [
      [`${log.title}: 1 partition is damaged or gone, and needs a person.`, `landline show ${log.name} ${oldest}`],
      [`${log.title}: 1 partition is damaged or gone, and Landline lands the day anew by itself.`, undefined],
    ],
  );
  assert.match(pageOf(facts), /bring back the blob that was landed .*, then: landline verify/);
  assert.doesNotMatch(pageOf(facts), /stay as they are/, 'what is gone is not there');
});

test('typed tables that stay behind are a matter for a person, as long as they are tried', () => {
  const [log] = DATASETS;
  assert.ok(log !== undefined);
  const ledger = heldLedger(log, 30);
  const tried = (curateTries: number, daysAgo: number) => ({
    curateTries,
    curateQueuedAt: instantOf(NOW - daysAgo * DAY_MS),
  });
  const verdictAfter = (...days: ReturnType<typeof tried>[]) => {
    const entries = ledger.entries.map((entry, index) => {
      const { held } = entry;
      return held === undefined ? entry : { ...entry, held: { ...held, ...days[index] } };
    });
    return factsOf({ ...READ, ledgers: [{ ...ledger, entries }] }).verdict;
  };
  assert.deepEqual(verdictAfter(tried(4, 1), tried(9, 0)), {
    level: 'attention',
    sentence: 'Everything owed is held.',
    points: [
      {
        text: `${log.title}: the typed tables of 2 days are older than what has landed.`,
        command: `landline curate ${log.name}`,
      },
    ],
  });
  assert.equal(verdictAfter(tried(3, 0)).level, 'held', 'it may just take its time');
  assert.equal(verdictAfter(tried(9, 3)).level, 'held', 'what nobody tries any more is not owed any more');
});

test('the headline says so when days that are held need a person or are in doubt', () => {
  const [log] = DATASETS;
  assert.ok(log !== undefined);
  const ledger = heldLedger(log, 30);
  const trouble: Partial<Work>[] = [
    { state: 'failed', errorKind: 'security.redirect', errorRemedy: 'reject', retryAt: instantOf(NOW + DAY_MS) },
    { suspicion: { reason: 'page.duplicates', rows: 1, fingerprint: 'f', since: instantOf(NOW) } },
    { suspicion: { reason: 'shrink.unconfirmed', rows: 1, fingerprint: 'f', since: instantOf(NOW) } },
  ];
  const entries = ledger.entries.map((entry, index) => ({ ...entry, work: { ...entry.work, ...trouble[index] } }));
  const { verdict } = factsOf({ ...READ, ledgers: [{ ...ledger, entries }] });
  assert.equal(verdict.sentence, 'Everything owed is held, and 1 day needs a person, and 2 days are suspect.');
  assert.match(verdict.points[0]?.text ?? '', /1 day failed \(security\.redirect\)/);
});

test('a fetch queue that nobody reads is a matter for a person', () => {
  const ledgers = DATASETS.map(dataset => heldLedger(dataset, 30));
  const pointsWith = (fetch: number) => {
    return factsOf({ ...READ, ledgers, depth: { fetch, poison: 0 } }).verdict.points.map(({ text }) => text);
  };
  assert.deepEqual(pointsWith(16), []);
  assert.deepEqual(pointsWith(5_600), [
    '5,600 messages wait in the fetch queue, and nobody takes them: does the function fetch run?',
  ]);
});

test('lag is how far the newest held day is behind, and gaps are what is missing, lost days in neither', () => {
  const sms = troubledFacts().datasets.find(({ dataset }) => dataset === 'teams-sms');
  assert.equal(sms?.counts.expired, 5);
  assert.deepEqual([sms?.newestHeld, sms?.lagDays, sms?.gapDays], ['2026-11-18', 2, 3]);
  assert.deepEqual(sms?.gaps, [
    { from: '2026-09-02', to: '2026-09-02', days: 1 },
    { from: '2026-11-19', to: '2026-11-20', days: 2 },
  ]);
});

test('while history fills, the headline is its progress, and the speed says how long it takes', () => {
  const [log] = DATASETS;
  assert.ok(log !== undefined);
  const whole = heldLedger(log, 100);
  const entries = whole.entries.slice(-20).map(entry => {
    return entry.held === undefined
      ? entry
      : { ...entry, held: { ...entry.held, revision: 1, landedAt: instantOf(NOW - 30 * 60_000) } };
  });
  const { verdict, filling } = factsOf({ ...READ, ledgers: [{ ...whole, entries }] });
  assert.deepEqual(filling, { landed: 20, owed: 100, daysPerHour: 40, minutesLeft: 120 });
  assert.deepEqual(verdict, {
    level: 'landing',
    sentence: 'Filling history: 20 of 100 days landed.',
    points: [{ text: 'About 2 hours left, at 40 days an hour.' }],
  });
});

test('a new installation is not in trouble, and says what comes next', () => {
  const { level, sentence, points } = factsOf({ ...READ, plannedAt: undefined, ledgers: [] }).verdict;
  assert.deepEqual([level, sentence, points.length], ['landing', 'Nothing has been planned yet.', 1]);
});

test('a day with far fewer rows than its weekday usually has is marked, and said in words', () => {
  const [log] = DATASETS;
  assert.ok(log !== undefined);
  const ledger = heldLedger(log, 80);
  const odd = ledger.entries.at(-9)?.day ?? '';
  const entries = ledger.entries.map(entry => {
    if (entry.held === undefined) return entry;
    return { ...entry, held: { ...entry.held, revision: 1, rows: entry.day === odd ? 100 : 2_000 } };
  });
  const facts = factsOf({ ...READ, ledgers: [{ ...ledger, entries }] });
  assert.deepEqual(
    facts.datasets[0]?.days.filter(({ unusual }) => unusual).map(({ day, usualRows }) => [day, usualRows]),
    [[odd, 2_000]],
  );
  assert.match(
    pageOf(facts),
    /class="?[\w ]*lf[\w ]*"? aria-label="2026-11-12 final, 100 rows, unusually few: about 2,000 on a Thursday"/,
  );
});

test('a log of nothing but empty days says so, and what may be the cause', () => {
  const pstn = DATASETS.find(({ name }) => name === 'teams-pstn-calls');
  assert.ok(pstn !== undefined);
  const ledger = heldLedger(pstn, 30);
  const entries = ledger.entries.map(entry =>
    entry.held === undefined ? entry : { ...entry, held: { ...entry.held, rows: 0 } },
  );
  const { points } = factsOf({ ...READ, ledgers: [{ ...ledger, entries }] }).verdict;
  assert.match(points[0]?.text ?? '', /all 30 days that are held have no rows\..*Telstra and Softbank/);
});

test('what needs a person stands before what is held and only not believed, whichever log it is of', () => {
  const ledgers = DATASETS.slice(0, 2).map((log, at) => {
    const ledger = heldLedger(log, 30);
    const entries = ledger.entries.map((entry, row): DayEntry => {
      if (row !== 20) return entry;
      const since = instantOf(NOW - 60_000);
      if (at === 0) {
        const suspicion = { reason: 'shrink.emptied', rows: 0, fingerprint: 'f', since } as const;
        return { ...entry, work: { ...entry.work, suspicion } };
      }
      const trouble = { errorKind: 'auth.forbidden', errorRemedy: 'fix-config', errorMessage: 'Refused.' } as const;
      return { ...entry, work: { ...entry.work, state: 'failed', failures: 1, retryAt: since, ...trouble } };
    });
    return { ...ledger, entries };
  });
  const { points } = factsOf({ ...READ, ledgers }).verdict;
  const [failed, suspect] = points.map(({ text }) => text);
  assert.match(failed ?? '', /^Teams Direct Routing calls: 1 day failed \(auth\.forbidden\)/);
  assert.match(suspect ?? '', /^Teams PSTN calls: 1 day is suspect/);
});
