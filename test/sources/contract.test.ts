import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { request } from 'undici';
import { voximplantSms } from '../../shared/datasets/voximplant-sms.ts';
import { sender } from '../../shared/sources/http/send.ts';
import { voximplantSource } from '../../shared/sources/voximplant.ts';
import { tokenMaker } from '../../shared/sources/voximplant-token.ts';
import { windowOf } from '../../shared/words/day.ts';
import type { Remedy } from '../../shared/words/errors.ts';
import { serviceKey } from './keys.ts';
import { answering } from './scripted-server.ts';
import { DAY, NOW, withSimulator } from './simulated-day.ts';
import { objectIn, reply, serviceToken } from './simulator-requests.ts';
import { virtualClock } from './virtual-clock.ts';

/**
 * The published OpenAPI of GetSmsHistory, as a table; compared with the published file where the reference folder is
 * at hand. The simulator and our client are both held to it, so neither can be right only by the other's leave.
 */

/** Parameters, where they stand, and their type. All but the token may be left out. */
const PARAMETERS: Readonly<Record<string, string>> = {
  source_number: 'query string',
  destination_number: 'query string',
  direction: 'query string',
  count: 'query integer',
  offset: 'query integer',
  from_date: 'query string',
  to_date: 'query string',
  output: 'query string',
  Authorization: 'header string',
};

/** Members of a row and what they may be. None is required. */
const ROW: Readonly<Record<string, string>> = {
  message_id: 'integer',
  source_number: 'integer string',
  destination_number: 'integer string',
  direction: 'string',
  fragments: 'integer',
  cost: 'number',
  status_id: 'string',
  error_message: 'string',
  processed_date: 'string',
  transaction_id: 'integer',
  text: 'string',
};

const ANSWER: Readonly<Record<string, string>> = { result: 'array', total_count: 'integer' };

const PLAIN_DATE = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

function fits(value: unknown, types: string): boolean {
  const is: Readonly<Record<string, boolean>> = {
    integer: Number.isInteger(value),
    number: typeof value === 'number',
    string: typeof value === 'string',
    array: Array.isArray(value),
  };
  return types.split(' ').some(type => is[type]);
}

function assertShape(value: object, shape: Readonly<Record<string, string>>): void {
  for (const [name, member] of Object.entries(value))
    assert.ok(fits(member, shape[name] ?? ''), `${name}: ${typeof member}`);
}

function reference(file: string): string | undefined {
  try {
    return readFileSync(new URL(`../../../shared/reference/${file}`, import.meta.url), 'utf8');
  } catch {
    return undefined;
  }
}

test('the table is the published OpenAPI, where the reference folder is at hand', () => {
  const yaml = reference('voximplant-openapi.yaml');
  if (yaml === undefined) return;
  const parameters = [
    ...yaml.matchAll(/- name: (\w+)\n +in: (\w+)\n[\s\S]*?required: (\w+)\n +schema:\n +type: (\w+)/g),
  ];
  assert.deepEqual(
    Object.fromEntries(parameters.map(([, name, where, , type]) => [name, `${where} ${type}`])),
    PARAMETERS,
  );
  assert.deepEqual(
    parameters.filter(([, , , required]) => required === 'true').map(([, name]) => name),
    ['Authorization'],
  );
  const choices = (name: string) =>
    [...schemaOf(yaml, name).matchAll(/- type: (\w+)/g)].map(([, type]) => type).join(' ');
  const members = (name: string) =>
    Object.fromEntries(
      [
        ...schemaOf(yaml, name).matchAll(/^ {8}(\w+):\n {10}(?:type: (\w+)|\$ref: '#\/components\/schemas\/(\w+)')/gm),
      ].map(([, member, type, other]) => [member, type ?? choices(other ?? '')]),
    );
  assert.deepEqual(members('SmsHistoryType'), ROW);
  assert.deepEqual(members('sms_GetSmsHistory_Response_200'), ANSWER);
  assert.match(yaml, /paths:\n {2}\/GetSmsHistory:\n {4}post:/);
  assert.match(yaml, /url: https:\/\/api\.voximplant\.com\/platform_api\n/);
});

/** The text of one schema of the file. */
function schemaOf(yaml: string, name: string): string {
  const from = yaml.indexOf(`\n    ${name}:\n`);
  const rest = yaml.slice(from + 1);
  const end = rest.slice(1).search(/\n {4}\w|\n {2}\w/);
  return end < 0 ? rest : rest.slice(0, end + 1);
}

test('the simulator takes every published parameter where it is published, and answers in the published shape', async () => {
  const clock = virtualClock(NOW);
  const options = { volumes: { 'voximplant-sms': 300 }, oddShare: 0, changedShare: 0.1 } as const;
  await withSimulator(clock, options, async simulator => {
    const authorization = `Bearer ${await serviceToken(simulator, NOW)}`;
    const ask = async (query: Record<string, string>) => {
      const url = `${simulator.voximplantUrl}/GetSmsHistory?${new URLSearchParams(query)}`;
      return objectIn((await reply(await request(url, { method: 'POST', headers: { authorization } }))).text);
    };
    const day = { from_date: '2026-03-18 00:00:00', to_date: '2026-03-20 23:59:59' };
    const met = new Set<string>();
    for (const narrowed of [
      {},
      { count: '7', offset: '3' },
      { direction: 'in' },
      { source_number: 'CONTOSO' },
      { destination_number: '12025550101' },
      { output: 'json' },
    ]) {
      const answer = await ask({ ...day, ...narrowed });
      assert.deepEqual(Object.keys(answer).sort(), Object.keys(ANSWER).sort());
      assertShape(answer, ANSWER);
      const rows = Array.isArray(answer['result']) ? answer['result'] : [];
      assert.ok(rows.length > 0, JSON.stringify(narrowed));
      for (const row of rows) {
        assertShape(row, ROW);
        assert.match(row.status_id, /^[123]$/);
        if (![undefined, ''].includes(row.processed_date)) assert.match(row.processed_date, PLAIN_DATE);
        for (const name of Object.keys(row)) met.add(name);
      }
    }
    assert.deepEqual([...met].sort(), Object.keys(ROW).sort());
  });
});

test('our client sends only published parameters, in the published form, and reads a day by them', async () => {
  const page = { body: '{"result":[],"total_count":0}' };
  await answering(
    () => page,
    async ({ origin, asked }) => {
      const clock = virtualClock(NOW);
      const url = `${origin}/platform_api`;
      const token = tokenMaker(serviceKey(), clock);
      const source = voximplantSource({ url, token, send: sender(), random: () => 0, clock });
      const window = windowOf(DAY, voximplantSms.overlap);
      await source.read(voximplantSms, window, undefined, new AbortController().signal);
      const [{ path, body, headers } = { path: '', body: '', headers: {} }] = asked;
      assert.equal(path, '/platform_api/GetSmsHistory');
      const sent = Object.fromEntries(new URLSearchParams(body));
      assert.deepEqual(sent, {
        from_date: '2026-03-09 23:59:59',
        to_date: '2026-03-11 00:00:01',
        count: '1000',
        offset: '0',
      });
      for (const name of Object.keys(sent)) assert.ok(name in PARAMETERS, name);
      const [head = '', claims = ''] = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1]?.split('.') ?? [];
      const decoded = (part: string) => objectIn(Buffer.from(part, 'base64url').toString());
      assert.deepEqual(decoded(head), { alg: 'RS256', typ: 'JWT', kid: 'key-of-nobody' });
      const { iss, iat, exp, ...rest } = decoded(claims);
      assert.deepEqual([iss, rest], ['4711', {}]);
      // Backdated, so that a clock a little ahead does no harm, and its life counted from there.
      assert.ok(Number(iat) <= NOW / 1_000 - 5 && Number(exp) - Number(iat) <= 3_600 && Number(exp) > NOW / 1_000 + 60);
    },
  );
});

/** What the reference proposes for a class of error codes, in our words. */
const REMEDIES: Readonly<Record<string, readonly Remedy[]>> = {
  retry: ['retry', 'wait'],
  refreshTokenThenRetryOnce: ['fix-config'],
  splitWindowThenRetry: ['reject'],
  fixConfiguration: ['fix-config'],
  clientBug: ['reject'],
  seenInFamilyButNotExpectedHere: ['reject', 'wait'],
};

/** The codes the product must know without the reference folder. */
const CODES: Readonly<Record<string, readonly number[]>> = {
  retry: [1, 2, 4, 13, 340],
  refreshTokenThenRetryOnce: [455, 456],
  splitWindowThenRetry: [569],
  fixConfiguration: [100, 104, 115, 131, 281, 433, 447, 454],
  clientBug: [101, 102, 103, 105, 111, 121, 123, 190, 191, 192, 458, 470, 507],
  seenInFamilyButNotExpectedHere: [14, 135, 137, 314, 320, 321, 385, 386, 509, 512, 515, 528],
};

test('the list of codes is that of the reference, where it is at hand', () => {
  const text = reference('voximplant-error-codes.json');
  if (text === undefined) return;
  const listed: Record<string, number[]> = {};
  const { codes } = JSON.parse(text) as { codes: { code: number; class: string }[] };
  for (const one of codes) listed[one.class] = [...(listed[one.class] ?? []), one.code].sort((a, b) => a - b);
  assert.deepEqual(listed, CODES);
});

test('every listed error code has the remedy of its class, in a 200 and in a 4xx', async () => {
  for (const [name, codes] of Object.entries(CODES)) {
    for (const code of codes) {
      for (const status of [200, 400]) {
        const error = { msg: 'Text +12025550101', code };
        await answering(
          () => ({ status, body: JSON.stringify({ error, errors: [error] }) }),
          async ({ origin }) => {
            const clock = virtualClock(NOW);
            const token = tokenMaker(serviceKey(), clock);
            const source = voximplantSource({ url: origin, token, send: sender(), random: () => 0, clock });
            const read = source.read(voximplantSms, windowOf(DAY, 'second'), undefined, new AbortController().signal);
            const thrown: unknown = await read.catch((reason: unknown) => reason);
            assert.ok(thrown instanceof Error && 'remedy' in thrown);
            assert.ok(
              REMEDIES[name]?.some(remedy => remedy === thrown.remedy),
              `${code}: ${String(thrown.remedy)}`,
            );
            assert.ok(!thrown.message.includes('2025550101'));
          },
        );
      }
    }
  }
});
