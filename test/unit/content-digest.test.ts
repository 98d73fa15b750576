import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contentDigest } from '../../shared/rows/content-digest.ts';

function said(row: string | Buffer): string {
  const [body, digests] = [Buffer.from(row), new Int32Array(2)];
  contentDigest(body, 0, body.length, digests, 0);
  return digests.join(' ');
}

test('rows that say the same are equal, whatever the order of members, the white space and the escapes', () => {
  const row = '{"id":"a/é","list":[{"x":1,"y":[true,null]}],"cost":0.00}';
  for (const same of [
    '{"cost":0.00,"list":[{"y":[true,null],"x":1}],"id":"a/é"}',
    '{ "id" : "a/é", "list" : [ { "x" : 1 , "y" : [ true , null ] } ] , "cost" : 0.00 }',
    '{"\\u0069d":"a\\/\\u00e9","list":[{"x":1,"y":[true,null]}],"cost":0.00}',
  ])
    assert.equal(said(same), said(row), same);
});

test('rows that say something else are not equal', () => {
  const row = '{"id":"a","list":[1,2],"cost":0.00,"none":null}';
  const others = [
    '{"id":"a","list":[2,1],"cost":0.00,"none":null}',
    '{"id":"a","list":[1,2],"cost":0.0,"none":null}',
    '{"id":"a","list":[1,2],"cost":"0.00","none":null}',
    '{"id":"a","list":[1,2],"cost":0.00}',
    '{"id":"a","list":[1,2],"cost":0.00,"none":"null"}',
    '{"id":"a","list":[[1,2]],"cost":0.00,"none":null}',
    '{"id":"list","a":[1,2],"cost":0.00,"none":null}',
    '{"id":"a","list":"[1,2]","cost":0.00,"none":null}',
    '{"id":"A","list":[1,2],"cost":0.00,"none":null}',
    '{"id":"a","id":"a","list":[1,2],"cost":0.00,"none":null}',
    '{"id":"12345678901234567890","list":[1,2],"cost":0.00,"none":null}',
    '{"id":"12345678901234567891","list":[1,2],"cost":0.00,"none":null}',
    '{"id":"\\ud800","list":[1,2],"cost":0.00,"none":null}',
    '{"id":"\\ud801","list":[1,2],"cost":0.00,"none":null}',
  ];
  assert.equal(new Set([row, ...others].map(said)).size, others.length + 1);
});

test('writing a row again in another way never changes what it says, and changing a value always does', () => {
  const shuffled = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(shuffled)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([name, each]) => [name, shuffled(each)]),
          )
        : value;
  const row = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1 });
  fc.assert(
    fc.property(row, value => {
      const plain = JSON.stringify(value);
      // Negative zero is written as zero.
      const other = JSON.stringify(shuffled(JSON.parse(plain)), null, 3);
      assert.equal(said(other), said(plain));
      assert.notEqual(
        said(JSON.stringify({ ...value, '': 'other' })),
        said(JSON.stringify({ ...value, '': 'another' })),
      );
    }),
    { numRuns: 500 },
  );
});

test('bytes that are no row are known by their bytes, however deep they go', () => {
  const deep = '['.repeat(100_000);
  for (const damaged of ['', '{"id":', '{"id":"a"} x', 'plain', deep]) assert.equal(said(damaged), said(damaged));
  assert.notEqual(said('{"id":'), said('{"id" :'));
  assert.equal(said('{"a":1}'), said('{"a": 1}'), 'and nothing of them is left behind');
});
