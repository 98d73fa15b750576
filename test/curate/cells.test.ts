import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ColumnBuffer } from '../../shared/curate/cells/column-buffer.ts';
import { viewOf } from '../../shared/curate/cells/growing-bytes.ts';
import { microsecondsAt, secondsAt } from '../../shared/curate/cells/instant.ts';
import { SpellingIndex } from '../../shared/curate/cells/spelling-index.ts';
import { digestsOf, Repeats } from '../../shared/curate/repeated-rows.ts';

test('an instant is read as `Date` reads it, to the microsecond', () => {
  const date = fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
  const zone = fc.constantFrom('', 'Z', '+00:00', '-23:59', '+14:30');
  fc.assert(
    fc.property(date, fc.nat(999), fc.constantFrom('T', ' '), zone, (at, micros, between, offset) => {
      const text = at.toISOString().slice(0, 23).replace('T', between);
      const body = Buffer.from(`"${text}${String(micros).padStart(3, '0')}9${offset}"`);
      const expected = Date.parse(`${at.toISOString().slice(0, 23)}${offset === '' ? 'Z' : offset}`);
      assert.equal(secondsAt(body, 1, body.length - 1), Math.floor(expected / 1_000));
      assert.equal(microsecondsAt(body, 1, body.length - 1), 1_000 * at.getUTCMilliseconds() + micros);
    }),
  );
});

test('what is no instant of the calendar is none', () => {
  for (const text of [
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-05T24:00:00Z',
    '2026-01-05T23:60:00Z',
    '2026-01-05T23:59:60Z',
    '2026-01-05T00:00:00.Z',
    '2026-01-05T00:00:00+24:00',
    '2026-01-05T00:00:00+0100',
    '2026-01-05T00:00:00Z ',
    '2026-01-05T00:00',
    '2026-1-05T00:00:00Z',
  ])
    assert.ok(Number.isNaN(secondsAt(Buffer.from(text), 0, text.length)), text);
});

test('a spelling is found again under its variant, however many there are', () => {
  const words = fc.uniqueArray(fc.tuple(fc.string({ maxLength: 12 }), fc.nat(5)), { maxLength: 400, selector: String });
  fc.assert(
    fc.property(words, entries => {
      const index = new SpellingIndex();
      const spelled = entries.map(([word, variant]) => ({ body: Buffer.from(word), variant }));
      for (const round of [1, 2]) {
        for (const [code, { body, variant }] of spelled.entries()) {
          assert.equal(index.find(viewOf(body), 0, body.length, variant), -1);
          index.add(viewOf(body), 0, body.length, variant, round * code);
        }
        for (const [code, { body, variant }] of spelled.entries())
          assert.equal(index.codeAt(index.find(viewOf(body), 0, body.length, variant)), round * code);
        index.clear();
      }
    }),
  );
});

test('rows that are taken out of a column leave the others as they were', () => {
  const cells = fc.array(fc.option(fc.string({ unit: 'binary', maxLength: 6 })), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(cells, fc.infiniteStream(fc.boolean()), (list, chosen) => {
      const column = new ColumnBuffer('text');
      column.reserveRows(list.length);
      for (const cell of list) column.push(column.codeOf(cell));
      const removed = Uint8Array.from(list, () => Number(chosen.next().value));
      column.removeRows(0, removed);
      const left = list.filter((_, i) => removed[i] === 0);
      assert.deepEqual(
        left.map((_, row) => column.textAt(row)),
        left,
      );
      assert.deepEqual([column.rows, column.present], [left.length, left.filter(cell => cell !== null).length]);
    }),
  );
});

test('contents of a key are numbered as they come, and none is numbered twice', () => {
  const digestOf = (text: string): Int32Array => {
    const body = Buffer.from(text);
    return digestsOf(body, Uint32Array.of(0), Uint32Array.of(body.length), 1);
  };
  const repeats = new Repeats(2, 'meaning');
  const rows = ['a 1', 'b 1', 'a 1', 'a 2', 'a 3', 'a 2', 'a 1', 'b 1', 'b 2'].map(row => row.split(' '));
  const ordinals = rows.map(([key = '', content = '']) => repeats.ordinalOf(digestOf(key), digestOf(content), 0));
  assert.deepEqual(ordinals, [0, 0, undefined, 1, 2, undefined, undefined, undefined, 1]);
});
