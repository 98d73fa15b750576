import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Digest, EMPTY_DIGEST, fingerprintOf } from '../../shared/rows/fingerprint.ts';
import { LandlineError } from '../../shared/words/errors.ts';

const RUNS = { numRuns: 1000 };

const rowLists = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 });

function digestOf(rows: readonly Uint8Array[], saved?: string): string {
  const digest = new Digest(saved);
  for (const row of rows) digest.add(row);
  return digest.text;
}

/** format.md, word for word. */
function defined(rows: readonly Uint8Array[]): string {
  const first16 = (row: Uint8Array): bigint =>
    BigInt(`0x${createHash('sha256').update(row).digest('hex').slice(0, 32)}`);
  const sum = rows.reduce((total, row) => total + first16(row), 0n) % 2n ** 128n;
  return sum.toString(16).padStart(32, '0');
}

describe('fingerprint', () => {
  test('it is the row count and the sum of the first 16 bytes of every SHA-256', () => {
    assert.equal(digestOf([Buffer.from('{}')]), '44136fa355b3678a1146ad16f7e8649e');
    assert.equal(digestOf([Buffer.from('{}'), Buffer.from('{}')]), '8826df46ab66cf14228d5a2defd0c93c');
    assert.equal(fingerprintOf(2, digestOf([])), '2-00000000000000000000000000000000');
    fc.assert(
      fc.property(rowLists, rows => {
        assert.equal(digestOf(rows), defined(rows));
      }),
      RUNS,
    );
  });

  test('carries reach the highest word and what overflows it is dropped', () => {
    const row = Buffer.from('{}');
    assert.equal(digestOf([row], 'ffffffffffffffffffffffffffffffff'), '44136fa355b3678a1146ad16f7e8649d');
    assert.equal(digestOf([row], 'bbec905caa4c9875eeb952e908179b61'), 'f'.repeat(32));
    assert.equal(digestOf([row], 'bbec905caa4c9875eeb952e908179b62'), EMPTY_DIGEST);
  });

  test('neither the order of rows nor where pages and workers begin matters', () => {
    const shuffled = rowLists.chain(rows =>
      fc.tuple(
        fc.constant(rows),
        fc.shuffledSubarray(rows, { minLength: rows.length }),
        fc.array(fc.nat(Math.max(rows.length, 1))),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([rows, otherwise, borders]) => {
        const cuts = [0, ...borders.sort((a, b) => a - b), otherwise.length];
        let saved = EMPTY_DIGEST;
        for (const [i, from] of cuts.entries()) saved = digestOf(otherwise.slice(from, cuts[i + 1]), saved);
        assert.equal(saved, digestOf(rows));
      }),
      RUNS,
    );
  });

  test('one changed bit, a row more or a row less is another digest', () => {
    const rows = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(rows, fc.nat(), fc.nat(7), (list, place, bit) => {
        const changed = list.map(row => Uint8Array.from(row));
        const row = changed[place % changed.length];
        assert.ok(row !== undefined);
        row[place % row.length] = (row[place % row.length] ?? 0) ^ (1 << bit);
        assert.notEqual(digestOf(changed), digestOf(list));
        assert.notEqual(digestOf(list.slice(1)), digestOf(list));
        assert.notEqual(digestOf([...list, row]), digestOf(list));
      }),
      RUNS,
    );
  });

  test('the tag of a row depends on its content alone', () => {
    const digest = new Digest();
    const tag = digest.add(Buffer.from('{}'));
    assert.equal(tag >>> 0, 0xf7e8649e);
    assert.notEqual(digest.add(Buffer.from('{"charge":0.00}')), tag);
    assert.equal(new Digest('00000000000000000000000000000001').add(Buffer.from('{}')), tag);
  });

  test('only 32 hexadecimal digits are a saved digest', () => {
    for (const saved of ['', '0', 'g'.repeat(32), 'A'.repeat(32), '0'.repeat(33), `${'0'.repeat(32)}\n`]) {
      assert.throws(
        () => new Digest(saved),
        (thrown: unknown) => thrown instanceof LandlineError && thrown.remedy === 'restart',
      );
    }
  });
});
