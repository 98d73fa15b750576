import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsAt } from '../../shared/curate/cells/instant.ts';
import { cellOf, MISFIT } from '../../shared/curate/cells/values.ts';
import { callClassOf, callDirectionOf, messageClassOf, messageDirectionOf } from '../../shared/curate/code-classes.ts';
import type { ColumnKind } from '../../shared/curate/table-model.ts';
import { readInstant } from '../../shared/words/instants.ts';
import { Dice } from '../faults/dice.ts';

function cell(kind: ColumnKind, json: string) {
  const body = Buffer.from(json);
  return cellOf(kind, body, 0, body.length);
}

test('money is taken from the digits of its text, and what does not fit is not rounded', () => {
  for (const [json, expected] of [
    ['0.00', 0n],
    ['0', 0n],
    ['-0.0130', -13_000n],
    ['1234567890.12', 1_234_567_890_120_000n],
    ['0.1', 100_000n],
    ['"12.5"', 12_500_000n],
    ['1.10E+2', 110_000_000n],
    ['125e-2', 1_250_000n],
    ['0.1234560', 123_456n],
    ['0.1234567', MISFIT],
    ['999999999999.999999', 999_999_999_999_999_999n],
    ['1000000000000', MISFIT],
    ['1e300', MISFIT],
    ['0e300', 0n],
    ['1e-300', MISFIT],
    ['"twelve"', MISFIT],
    ['{}', MISFIT],
  ] as const) {
    assert.equal(cell('money', json), expected, json);
  }
});

test('an instant keeps its microseconds; year 1 is none; what is no instant is a misfit', () => {
  for (const [json, expected] of [
    ['"1970-01-01T00:00:00Z"', 0n],
    ['"1970-01-01T00:00:01.2345678Z"', 1_234_567n],
    ['"1970-01-01T00:00:01.5Z"', 1_500_000n],
    ['"1970-01-02 00:00:00"', 86_400_000_000n],
    ['"1970-01-01T02:00:00+02:00"', 0n],
    ['"1969-12-31T23:59:59.9999999Z"', -1n],
    ['"0001-01-01T00:00:00Z"', null],
    ['"0001-01-01T00:00:00.0000000+00:00"', null],
    ['"0001-01-01"', null],
    ['"0001-01-01, never"', MISFIT],
    ['""', null],
    ['null', null],
    ['"2026-02-30T00:00:00Z"', MISFIT],
    ['"yesterday"', MISFIT],
    ['1767225600', MISFIT],
  ] as const) {
    assert.equal(cell('time', json), expected, json);
  }
});

test('text keeps its characters, numbers their digits, and nothing becomes a float', () => {
  for (const [json, expected] of [
    ['"00123456"', '00123456'],
    ['9007199254740993', '9007199254740993'],
    ['"Zo\\u00eb \\"x\\" 📞"', 'Zoë "x" 📞'],
    ['""', null],
    ['null', null],
    ['true', 'true'],
    ['[{"id": "a"}]', '[{"id": "a"}]'],
  ] as const) {
    assert.equal(cell('text', json), expected, json);
  }
  assert.equal(cell('int', '2147483647'), 2_147_483_647);
  assert.equal(cell('int', '2147483648'), MISFIT);
  for (const json of ['60', '60.0', '6e1', '"60"', '600E-1', '0.6e2']) assert.equal(cell('int', json), 60, json);
  for (const json of ['60.5', '6e-1', '6e10', '1e400', '2147483648.0']) assert.equal(cell('int', json), MISFIT, json);
  assert.equal(cell('flag', 'true'), true);
  assert.equal(cell('flag', '"yes"'), MISFIT);
});

test('open kinds have a class; a kind nobody has described is other or unknown', () => {
  assert.equal(callClassOf('Dr_In'), 'inbound');
  assert.equal(callDirectionOf('USER_OUT'), 'outbound');
  assert.deepEqual([callClassOf('a_new_kind'), callDirectionOf('a_new_kind')], ['other', 'unknown']);
  assert.deepEqual([callClassOf(null), callDirectionOf(null)], ['other', 'unknown']);
  assert.equal(messageDirectionOf('voximplant', 'out'), 'outbound');
  assert.equal(messageDirectionOf('voximplant-a2p', null), 'outbound');
  assert.equal(messageDirectionOf('teams', 'SMS_In'), 'inbound');
  // A kind of another source's is nobody's: which number is an outsider's would be guessed from it.
  for (const [channel, kind] of [
    ['teams', 'sms_new'],
    ['teams', 'OUT'],
    ['voximplant', 'sms_in'],
  ] as const)
    assert.equal(messageDirectionOf(channel, kind), 'unknown', kind);
  assert.equal(messageClassOf('voximplant', '3', null), 'pending');
  assert.equal(messageClassOf('voximplant-a2p', '1', 'delivered'), 'delivered');
  assert.equal(messageClassOf('voximplant-a2p', '1', 'UNKNOWN'), 'sent');
  assert.equal(messageClassOf('voximplant', '9', null), 'unknown');
});

test('the quick reader of instants agrees with the one for every form, whatever the text', () => {
  const dice = new Dice(29);
  const piece = (...of: string[]): string => dice.pick(of as [string, ...string[]]);
  let read = 0;
  for (let turn = 0; turn < 60_000; turn++) {
    const date = `${piece('2026', '2024', '0000', '1969', '9999', '202')}-${piece('01', '02', '12', '13', '00')}-${piece('01', '29', '31', '00')}`;
    const time = `${piece('00', '23', '24', '7')}:${piece('00', '59', '60')}:${piece('00', '59', '60', '61', '')}`;
    const rest =
      piece('', '.', '.1', '.1234567', ',5', `.${'9'.repeat(40)}`, `.${'9'.repeat(70)}`) +
      piece('', 'Z', 'z', '+01:30', '-23:59', '+24:00', '+0100', ' Z');
    const text = `${date}${piece('T', ' ', 't', '')}${time}${rest}`;
    const seconds = secondsAt(Buffer.from(text), 0, text.length);
    if (Number.isNaN(seconds)) continue;
    read += 1;
    assert.equal(readInstant(text)?.seconds, seconds, text);
  }
  assert.ok(read > 200, String(read));
});
