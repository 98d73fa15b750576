import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cutRowsInPlace } from '../../shared/rows/cut.ts';
import { KeyTable, keyDigests } from '../../shared/rows/keys.ts';

const RUNS = { numRuns: 1000 };

function digests(rows: readonly unknown[], fields: readonly string[], keyFields = fields.length): Int32Array {
  const body = Buffer.from(JSON.stringify({ value: rows }));
  return keyDigests(cutRowsInPlace(body, { rowArray: 'value', fields }), keyFields);
}

/** Each row's digest as one text, to compare and to count. */
function texts(words: Int32Array): string[] {
  return Array.from({ length: words.length / 2 }, (_, row) => `${words[2 * row]} ${words[2 * row + 1]}`);
}

function distinct(items: Iterable<unknown>): number {
  return new Set(items).size;
}

describe('key digests', () => {
  test('rows have equal digests exactly when their key fields are equal', () => {
    const value = fc.oneof(
      fc.integer(),
      fc.string({ minLength: 1 }),
      fc.constantFrom(false, 'a', 'ab', 'abc', 'abcd\0'),
    );
    const row = fc.record({ id: value, part: fc.option(value, { nil: undefined }), charge: fc.integer() });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 8 }), rows => {
        const keys = rows.map(({ id, part }) => JSON.stringify([id, part === undefined ? 'absent' : { part }]));
        const found = texts(digests(rows, ['id', 'part', 'charge'], 2));
        for (const [i, key] of keys.entries()) {
          assert.deepEqual(
            found.map(other => other === found[i]),
            keys.map(other => other === key),
          );
        }
      }),
      RUNS,
    );
  });

  test('a key is the same one in whatever escapes it is spelled', () => {
    const bodies = ['"a/é\u00e9"', '"a\\/é\\u00e9"', '"\\u0061\\/\\u00E9é"'].map(
      id => `{"value":[{"id":${id},"n":"\\\\"}]}`,
    );
    const found = bodies.flatMap(body => {
      return texts(keyDigests(cutRowsInPlace(Buffer.from(body), { rowArray: 'value', fields: ['id'] }), 1));
    });
    assert.equal(found.length, 3);
    assert.equal(distinct(found), 1);
    assert.equal(
      distinct(texts(digests([{ id: '\ud83d' }, { id: '\ud83e' }, { id: 'a"b' }, { id: 'a\\b' }], ['id']))),
      4,
    );
  });

  test('an id is the same one as a number and as a text of its digits', () => {
    const [number, text, other, longer] = texts(
      digests([{ id: 77 }, { id: '77' }, { id: '77a' }, { id: '077' }], ['id']),
    );
    assert.equal(number, text);
    assert.equal(distinct([number, other, longer]), 3);
  });

  test('bytes do not move from one field into the next', () => {
    const rows = [{ a: 1, b: 11 }, { a: 11, b: 1 }, { a: 111 }, { a: 1111, b: 1 }, { a: 1, b: 1111 }];
    assert.equal(distinct(texts(digests(rows, ['a', 'b']))), rows.length);
  });

  test('a row without a value in the first key field is known by all of its bytes', () => {
    const rows = [{ id: null, n: 1 }, { id: '', n: 1 }, { n: 1 }, { n: 2 }, { n: 1 }, { id: null, n: 1 }];
    const [isNull, empty, absent, another, absentAgain, nullAgain] = texts(digests(rows, ['id', 'n']));
    assert.equal(distinct([isNull, empty, absent, another]), 4);
    assert.equal(absentAgain, absent);
    assert.equal(nullAgain, isNull);
    assert.notEqual(...(texts(digests([{ id: 0 }, { id: 1 }], ['id'])) as [string, string]));
    assert.equal(distinct(texts(digests([{ id: true, n: 1 }, { id: true, n: 2 }, { id: 'nu' }], ['id']))), 2);
  });

  test('every pair of bytes is a key of its own', () => {
    const ids = Array.from({ length: 128 * 128 }, (_, i) => String.fromCharCode(i >> 7, i & 127));
    assert.equal(
      distinct(
        texts(
          digests(
            ids.map(id => ({ id })),
            ['id'],
          ),
        ),
      ),
      ids.length,
    );
  });

  test('neighbouring ids spread over all 64 bits', () => {
    const count = 200_000;
    for (const id of [(i: number) => i, (i: number) => `0b6f1d0e-7d0f-4c39-9b66-${i.toString(16).padStart(12, '0')}`]) {
      const words = digests(
        Array.from({ length: count }, (_, i) => ({ id: id(i) })),
        ['id'],
      );
      assert.equal(distinct(texts(words)), count);
      // By chance, 200,000 values of 32 bits give about 5 repetitions; 30 would be a poor mix.
      for (const half of [0, 1]) assert.ok(distinct(words.filter((_, i) => i % 2 === half)) > count - 30);
      for (let bit = 0; bit < 64; bit++) {
        const ones = words.reduce((sum, word, i) => sum + (i % 2 === bit >> 5 ? (word >>> (bit & 31)) & 1 : 0), 0);
        assert.ok(Math.abs(ones / count - 0.5) < 0.01, `bit ${bit} is set in ${ones} of ${count}`);
      }
    }
  });
});

/** Few different keys, so that operations meet: equal low words share a home, and high words tell them apart. */
const key = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.constantFrom(1, 2, 1023, 1024, -1, 0x7fffffff));
const operation = fc.record({ take: fc.boolean(), key, tag: fc.integer() });

describe('key table', () => {
  test('it is a map whose first tag stays', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), fc.boolean(), (operations, tags) => {
        const table = new KeyTable({ tags });
        const model = new Map<string, number>();
        for (const { take, key, tag } of operations) {
          const words = Int32Array.from(key);
          const name = key.join();
          if (take) {
            assert.equal(table.take(words, 0), model.get(name));
            model.delete(name);
          } else {
            assert.equal(table.add(words, 0, tag), !model.has(name));
            if (!model.has(name)) model.set(name, tags ? tag : 0);
          }
          assert.equal(table.size, model.size);
        }
      }),
      RUNS,
    );
  });

  test('it grows and loses nothing', () => {
    const words = digests(
      Array.from({ length: 20_000 }, (_, i) => ({ id: i })),
      ['id'],
    );
    const table = new KeyTable({ tags: true });
    for (let row = 0; row < 20_000; row++) assert.equal(table.add(words, row, row), true);
    for (let row = 0; row < 20_000; row++) assert.equal(table.add(words, row, -1), false);
    assert.equal(table.size, 20_000);
    for (let row = 0; row < 20_000; row += 2) assert.equal(table.take(words, row), row);
    for (let row = 0; row < 20_000; row++) assert.equal(table.take(words, row), row % 2 === 0 ? undefined : row);
    assert.equal(table.size, 0);
  });

  test('keys with a word of zeros survive growth', () => {
    const words = Int32Array.from({ length: 4_000 }, (_, i) => (i % 2 === (i < 2_000 ? 0 : 1) ? 0 : i));
    const table = new KeyTable();
    for (let row = 0; row < 2_000; row++) assert.equal(table.add(words, row), true);
    for (let row = 0; row < 2_000; row++) assert.equal(table.add(words, row), false);
  });

  test('a key of zeros is a key like any other', () => {
    const table = new KeyTable({ tags: true });
    const zeros = Int32Array.of(0, 0);
    assert.equal(table.take(zeros, 0), undefined);
    assert.equal(table.add(zeros, 0, 7), true);
    assert.equal(table.add(zeros, 0, 8), false);
    assert.equal(table.take(zeros, 0), 7);
    assert.equal(table.size, 0);
  });

  test('a million keys take at most 20 MB', () => {
    const table = new KeyTable();
    const words = new Int32Array(2);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 1_000_000; i++) {
      words[0] = i;
      words[1] = Math.imul(i, 0x9e3779b1);
      table.add(words, 0);
    }
    assert.equal(table.size, 1_000_000);
    // What growing left behind may not have been collected yet: at most as much again.
    assert.ok(process.memoryUsage().arrayBuffers - before < 40e6);
  });

  test('a table that starts from the recent keys of another knows the last of them and no others', () => {
    const count = fc.nat(60);
    fc.assert(
      fc.property(count, count, fc.integer({ min: 1, max: 40 }), (first, second, recentMax) => {
        const words = Int32Array.from({ length: 2 * (first + second) }, (_, i) => (i + 1) * 7);
        const earlier = new KeyTable({ recentMax });
        for (let row = 0; row < first; row++) earlier.add(words, row);
        const table = new KeyTable({ recentMax });
        table.addAll(Buffer.from(earlier.recent().toString('base64'), 'base64'));
        for (let row = first; row < first + second; row++) assert.equal(table.add(words, row), true);
        assert.equal(table.recent().length, 8 * Math.min(first + second, recentMax));

        const last = new KeyTable();
        last.addAll(table.recent());
        for (let row = 0; row < first + second; row++) {
          assert.equal(last.take(words, row) !== undefined, row >= first + second - recentMax);
        }
      }),
      RUNS,
    );
  });

  test('recent keys that were cut off or tampered with are only keys nobody has', () => {
    const table = new KeyTable({ recentMax: 4 });
    table.addAll(Buffer.alloc(8 * 3 + 5, 1));
    assert.equal(table.size, 1);
    assert.equal(new KeyTable().recent().length, 0);
  });
});
