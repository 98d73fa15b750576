import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentDigest } from '../../shared/rows/content-digest.ts';
import { cutRowsInPlace } from '../../shared/rows/cut.ts';
import { keyDigests, keyText } from '../../shared/rows/keys.ts';

/** Digests of keys are kept in the ledger, so they are the same in every version. */

/** A row, the digest of its key, and that of what it says. */
const ROWS = [
  ['{"id":"a","startDateTime":"2026-03-10T00:00:00Z"}', '0XOjOFR1S-A', 'Tx-UVH2yO7I'],
  ['{"id":"9e8bba57-dc14-533a-a7dd-f0da6575eed1","cost":0.00}', 'leU44U2lAvo', 'kb2F59gXnHc'],
  ['{"id":"\\u00e9 x","list":[1,{"a":null}]}', 'yA3968p1nyU', '_7Gx9dgBeAY'],
  ['{"id":null,"n":12345678901234567890}', 'G74YFoSfKjo', 'G74YFoSfKjo'],
  ['{"id":"","n":[]}', 'sSM4IExfc-k', 'sSM4IExfc-k'],
  ['{"a":true,"id":"abcde"}', 'cR7Vkajbw8E', 'QYADM4-LCb8'],
  ['{"n":"é"}', 'L7huz031jy4', 'L7huz031jy4'],
] as const;

function contentOf(row: string): string {
  const [body, digests] = [Buffer.from(row), new Int32Array(2)];
  contentDigest(body, 0, body.length, digests, 0);
  return keyText(digests, 0);
}

test('a key, and what a row says, have the digests that they always had', () => {
  const body = Buffer.from(`{"value":[${ROWS.map(([row]) => row).join(',')}]}`);
  const keys = keyDigests(cutRowsInPlace(body, { rowArray: 'value', fields: ['id'] }), 1);
  for (const [at, [row, key, content]] of ROWS.entries())
    assert.deepEqual([keyText(keys, at), contentOf(row)], [key, content], row);
});

test('what a row says does not depend on the rows before it, however alike the names of their members are', () => {
  const names = ['a', 'ab', 'b', '', 'é', '\\u0061', 'a\\"', 'x'.repeat(62), 'x'.repeat(63), 'x'.repeat(100)];
  const rows = names.flatMap(first => names.map(second => `{"${first}":1,"${second}":{"${first}":"${second}"}}`));
  const alone = rows.map(row => {
    // Another shape in between, so that nothing of the row before is left.
    contentOf('{"other":0,"names":0}');
    return contentOf(row);
  });
  for (const order of [rows, rows.toReversed()])
    for (const row of order) assert.equal(contentOf(row), alone[rows.indexOf(row)], row);
  assert.equal(contentOf('{"\\u0061":1,"b":{"\\u0061":"b"}}'), contentOf('{"a":1,"b":{"a":"b"}}'));
});
