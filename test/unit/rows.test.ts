import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cutRowsInPlace, linesOf, lineUpInPlace } from '../../shared/rows/cut.ts';
import type { Cut, CutSpec } from '../../shared/words/cut.ts';
import { LandlineError } from '../../shared/words/errors.ts';
import { bodies } from './bodies.ts';

const SPEC: CutSpec = { rowArray: 'value', fields: ['id', 'startDateTime'] };
const RUNS = { numRuns: 1000 };

function cut(text: string | Buffer, spec: CutSpec = SPEC): Cut {
  return cutRowsInPlace(Buffer.from(text as string), spec);
}

function rowTextsOf({ body, count, starts, ends }: Cut): string[] {
  return Array.from({ length: count }, (_, row) => body.toString('utf8', starts[row], ends[row]));
}

function spanTexts(cut: Cut): string[][] {
  const { body, count, fields, spans } = cut;
  return Array.from({ length: count }, (_, row) =>
    fields.map((_, field) => {
      const at = 2 * (row * fields.length + field);
      return body.toString('utf8', spans[at], spans[at + 1]);
    }),
  );
}

/** What format.md, 6 allows to change. */
function unfolded(text: string): string {
  return text.replace(/[\r\n]/g, ' ');
}

function rejects(text: string | Buffer, reason: string, words: RegExp): void {
  assert.throws(
    () => cut(text),
    (thrown: unknown) => {
      assert.ok(thrown instanceof LandlineError);
      assert.equal(thrown.reason, reason);
      assert.equal(thrown.remedy, 'retry');
      assert.match(thrown.message, words);
      return true;
    },
  );
}

describe('cutting rows', () => {
  test('of members beside the rows no more is built than a page needs, however many there are: {} takes twenty times its bytes', () => {
    const objects = `[${'{},'.repeat(15_000)}{}]`;
    const others = Array.from({ length: 100 }, (_, at) => `"a${at}":${objects}`);
    const { envelope } = cut(`{"value":[],${others.join(',')},"partial":true,"next":"${'n'.repeat(100_000)}"}`);
    assert.equal(envelope.size, 102);
    const built = [...envelope.values()].map(value => JSON.stringify(value).length).reduce((sum, size) => sum + size);
    assert.ok(built <= 64 * 1024, `${built}`);
    assert.equal(envelope.get('partial'), true, 'what says what a page is, in any case');
    assert.notEqual(envelope.get('next'), null, 'what is not built is there all the same');
  });

  test('names that are a megabyte together are refused, of rows and beside them', () => {
    const names = (each: (name: string) => string): string =>
      Array.from({ length: 40 }, (_, at) => each(`${at}${'n'.repeat(30_000)}`)).join(',');
    for (const text of [
      `{"value":[${names(name => `{"${name}":1}`)}]}`,
      `{"value":[],${names(name => `"${name}":1`)}}`,
    ])
      assert.throws(() => cut(text), { reason: 'limits.page_names', remedy: 'reject' });
  });

  test('every row is found with its bytes unchanged, but for CR and LF between its tokens', () => {
    fc.assert(
      fc.property(bodies, ({ text, rows, others }) => {
        const found = cut(text);
        assert.deepEqual(
          rowTextsOf(found),
          rows.map(row => unfolded(row.text)),
        );
        const parsed = JSON.parse(text);
        assert.deepEqual(
          rowTextsOf(found).map(row => JSON.parse(row)),
          parsed.value,
        );
        assert.deepEqual(
          spanTexts(found),
          rows.map(row => SPEC.fields.map(field => unfolded(row.values.get(field) ?? ''))),
        );
        assert.deepEqual([...found.envelope.keys()].sort(), [...others.keys()].sort());
        for (const [name, value] of found.envelope) assert.deepEqual(value, parsed[name]);
        assert.deepEqual(found.members, [...new Set(rows.flatMap(row => [...row.values.keys()]))]);
      }),
      RUNS,
    );
  });

  test('a body is accepted exactly when JSON.parse accepts it and rows are objects', () => {
    const bytes = fc.oneof(fc.constantFrom(...Buffer.from('{}[],:"\\ \n0-+.eEtfnu/\u0000')), fc.nat(255));
    const pieces = fc.constantFrom(
      '01',
      '.5',
      '1.',
      '+1',
      '1e',
      '-',
      'tru',
      'NaN',
      '[1,]',
      '{,}',
      '"\\x"',
      '"\t"',
      ' ',
    );
    const edit = fc.record({ place: fc.nat(), drop: fc.nat(2), insert: fc.oneof(bytes, pieces, fc.constant('')) });
    fc.assert(
      fc.property(bodies, fc.array(edit, { minLength: 1, maxLength: 3 }), ({ text }, edits) => {
        let body = Buffer.from(text);
        for (const { place, drop, insert } of edits) {
          const at = place % (body.length + 1);
          const inserted = typeof insert === 'number' ? Buffer.of(insert) : Buffer.from(insert);
          body = Buffer.concat([body.subarray(0, at), inserted, body.subarray(at + drop)]);
        }
        assert.equal(accepts(body), isPage(body), JSON.stringify(body.toString('latin1')));
      }),
      { numRuns: 3000 },
    );
  });

  test('a body that ends too early is rejected, wherever it ends', () => {
    fc.assert(
      fc.property(bodies, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), ({ text }, share) => {
        const body = Buffer.from(text);
        assert.equal(accepts(body.subarray(0, Math.floor(share * body.length))), false);
      }),
      RUNS,
    );
    const sample = Buffer.from(PUBLISHED);
    for (let end = 0; end < sample.length; end++) rejects(sample.subarray(0, end), 'page.bad_json', /byte \d+/);
  });
});

describe('which bodies are refused', () => {
  test('a byte order mark is passed over', () => {
    const found = cut('\ufeff{"value":[{"id":"1"}]}');
    assert.deepEqual(rowTextsOf(found), ['{"id":"1"}']);
    assert.equal(found.starts[0], 13);
  });

  test('what is not JSON is refused with the place', () => {
    rejects('', 'page.bad_json', /too early at byte 0/);
    rejects('<html>', 'page.bad_json', /no value at byte 0/);
    rejects('{"value":[]} {}', 'page.bad_json', /behind its end at byte 13/);
    rejects('{"value":[{"id":01}]}', 'page.bad_json', /no comma or closing bracket at byte 17/);
    rejects('{"value":[{"id":"\n"}]}', 'page.bad_json', /at byte 17/);
    rejects('{"value":[{"id":"\\u12g4"}]}', 'page.bad_json', /no hexadecimal digit at byte 21/);
    rejects('{"value":[{"id":"\\x"}]}', 'page.bad_json', /no escape at byte 18/);
    rejects('{"value":[{},]}', 'page.bad_json', /no value at byte 13/);
    rejects('{"value":[],}', 'page.bad_json', /no string at byte 12/);
  });

  test('what is not UTF-8 is refused with the place', () => {
    rejects(Buffer.from('{"value":[{"id":"\xe9"}]}', 'latin1'), 'page.bad_json', /not UTF-8 at byte 17/);
    rejects(Buffer.from('{"value":[]}', 'utf16le'), 'page.bad_json', /no string at byte 1\./);
    rejects(Buffer.from('\ufeff{"value":[]}', 'utf16le'), 'page.bad_json', /not UTF-8 at byte 0/);
    rejects(Buffer.from('{"value":[{"id":"\xed\xa0\x80"}]}', 'latin1'), 'page.bad_json', /not UTF-8/);
  });

  test('a top-level member named twice is refused, however it is spelled', () => {
    rejects('{"value":[],"value":[]}', 'page.bad_json', /twice at byte 12/);
    rejects('{"value":[],"\\u0076alue":[]}', 'page.bad_json', /twice at byte 12/);
    rejects('{"a":1,"value":[],"a":1}', 'page.bad_json', /twice at byte 18/);
  });

  test('64 levels are read, 65 are refused, and a hundred thousand do not overflow', () => {
    const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    assert.equal(cut(`{"value":[{"id":${nested(61)}}]}`).count, 1);
    rejects(`{"value":[{"id":${nested(62)}}]}`, 'page.bad_json', /more than 64 levels at byte 77/);
    assert.equal(cut(`{"value":[],"other":${nested(63)}}`).count, 0);
    rejects(`{"value":[],"other":${nested(64)}}`, 'page.bad_json', /more than 64 levels/);
    rejects(`{"value":[],"other":${'{"a":'.repeat(100_000)}`, 'page.bad_json', /more than 64 levels/);
    rejects(nested(65), 'page.bad_json', /more than 64 levels/);
  });

  test('a body without an array of objects where rows belong is refused', () => {
    rejects('[]', 'page.no_rows', /not an object \(byte 0\)/);
    rejects('"value"', 'page.no_rows', /not an object/);
    rejects('{}', 'page.no_rows', /no "value"/);
    rejects('{"error":{"code":"x"}}', 'page.no_rows', /no "value"/);
    rejects('{"Value":[]}', 'page.no_rows', /no "value"/);
    rejects('{"value":null}', 'page.no_rows', /"value" is not an array \(byte 9\)/);
    rejects('{"value":{"value":[]}}', 'page.no_rows', /"value" is not an array/);
    rejects('{"value":[{},null]}', 'page.no_rows', /not an object \(byte 13\)/);
    rejects('{"value":[[]]}', 'page.no_rows', /not an object/);
  });

  test('what is malformed is called so even where rows belong', () => {
    rejects('{"value":nul}', 'page.bad_json', /byte 9/);
    rejects('{"value":[{},nul]}', 'page.bad_json', /byte 13/);
    rejects('{"value":', 'page.bad_json', /too early/);
  });

  test('no failure repeats content of the body, and a refused body is unchanged', () => {
    const body = Buffer.from('{"secret-name":"secret",\n"value":[{\n"id":"secret" "secret"}]}');
    const before = Buffer.from(body);
    assert.throws(
      () => cutRowsInPlace(body, SPEC),
      (thrown: unknown) => thrown instanceof Error && !thrown.message.includes('secret'),
    );
    assert.deepEqual(body, before);
  });
});

describe('what a cut holds', () => {
  test('a page without rows is a cut of none', () => {
    const found = cut('{"@odata.nextLink":"https://x","value":[ \n ]}');
    assert.equal(found.count, 0);
    assert.deepEqual(found.envelope, new Map([['@odata.nextLink', 'https://x']]));
    assert.deepEqual(found.members, []);
    assert.equal(lineUpInPlace(found, () => true).length, 0);
  });

  test('other members are parsed, before and behind the rows', () => {
    const found = cut('{"a":[1,{"b":null}],"result":[],"total_count":2}', { rowArray: 'result', fields: [] });
    const expected: [string, unknown][] = [
      ['a', [1, { b: null }]],
      ['total_count', 2],
    ];
    assert.deepEqual(found.envelope, new Map(expected));
  });

  test('names are the same with escapes and without, and the last of a repeated field counts', () => {
    const found = cut('{"\\u0076alue":[{"id":1,"\\u0069d":2},{"\\u0069d":3},{"id":{"id":4}}]}');
    assert.deepEqual(spanTexts(found), [
      ['2', ''],
      ['3', ''],
      ['{"id":4}', ''],
    ]);
    assert.deepEqual(found.members, ['id']);
  });

  test('only members of the row itself are its fields', () => {
    assert.deepEqual(spanTexts(cut('{"value":[{"user":{"id":"inner"}}]}')), [['', '']]);
  });

  test('a page may hold more rows than expected', () => {
    const rows = Array.from({ length: 5000 }, (_, i) => ({ id: i, startDateTime: `${i}` }));
    const found = cut(JSON.stringify({ value: rows }));
    assert.equal(found.count, 5000);
    assert.deepEqual(
      spanTexts(found),
      rows.map(row => [String(row.id), `"${row.startDateTime}"`]),
    );
  });

  test("the published sample's shape becomes one line", () => {
    const found = cut(PUBLISHED.replaceAll('\n', '\r\n'));
    assert.equal(found.envelope.get('@odata.count'), 1000);
    assert.match(String(found.envelope.get('@odata.nextLink')), /skip=1000$/);
    assert.deepEqual(found.members, ['id', 'startDateTime', 'duration', 'charge', 'destinationContext']);
    const line = lineUpInPlace(found, () => true).toString();
    assert.match(line, /^\{ +"id": "9c4984c7-6c3c-427d-a30c-bd0b2eacee90", +"startDateTime".*"charge": 0\.00,.*\}\n$/);
  });
});

describe('lining rows up', () => {
  test('the kept rows follow one another, one line each, in the same buffer', () => {
    fc.assert(
      fc.property(bodies, fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), ({ text, rows }, mask) => {
        const found = cut(text);
        const asked: number[] = [];
        const lines = lineUpInPlace(found, row => {
          asked.push(row);
          return mask[row] === true;
        });
        const expected = rows.filter((_, row) => mask[row]).map(row => `${unfolded(row.text)}\n`);
        assert.equal(lines.toString(), expected.join(''));
        assert.equal(lines.buffer, found.body.buffer);
        assert.deepEqual(asked, [...rows.keys()]);
      }),
      RUNS,
    );
  });
});

describe('reading lines back', () => {
  test('lines come back whole with their fields, wherever chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, fc.array(fc.nat(300), { minLength: 1 }), fc.boolean(), async (body, sizes, looked) => {
        const lines = Buffer.from(lineUpInPlace(cut(body.text), () => true));
        const texts: string[] = [];
        const spans: string[][] = [];
        for await (const found of linesOf(chunksOf(lines, sizes), looked ? SPEC.fields : [])) {
          assert.ok(found.count > 0);
          assert.equal(found.body.at(-1), 0x0a);
          texts.push(...rowTextsOf(found));
          spans.push(...spanTexts(found));
        }
        const rows = body.rows.map(row => unfolded(row.text));
        assert.deepEqual(texts, rows);
        const fields = body.rows.map(row => SPEC.fields.map(field => unfolded(row.values.get(field) ?? '')));
        assert.deepEqual(spans, looked ? fields : rows.map(() => []));
      }),
      RUNS,
    );
  });

  test('a damaged line is a row without fields, exactly as it is stored, and harms no other', async () => {
    const lines = ['', '{"id":1}', '{"id":2', '{"id":3}\r', '', '[]', '{"id":4} x', '{"id":5,', '"x":6}', '{"id":7}'];
    const cuts = await all(linesOf(chunksOf(Buffer.from(`${lines.join('\n')}\n`), [7]), ['id']));
    assert.deepEqual(cuts.flatMap(rowTextsOf), lines);
    assert.deepEqual(cuts.flatMap(spanTexts).flat(), ['', '1', '', '', '', '', '', '', '', '7']);
    const whole = await all(linesOf(chunksOf(Buffer.from(`${lines.join('\n')}\n`), [999]), ['id']));
    assert.deepEqual(whole.flatMap(spanTexts).flat(), ['', '1', '', '', '', '', '', '', '', '7']);
  });

  test('a last line without LF reaches the end of its body', async () => {
    const [first, last] = await all(linesOf(chunksOf(Buffer.from('{"id":1}\n{"id":2}'), [5]), ['id']));
    assert.ok(first !== undefined && last !== undefined);
    assert.equal(first.ends[0], first.body.length - 1);
    assert.equal(last.ends[0], last.body.length);
    assert.deepEqual(spanTexts(last), [['2']]);
  });

  test('an empty partition has no lines', async () => {
    assert.deepEqual(await all(linesOf(chunksOf(Buffer.alloc(0), [1]))), []);
  });
});

async function all(cuts: AsyncIterable<Cut>): Promise<Cut[]> {
  const list: Cut[] = [];
  for await (const found of cuts) list.push(found);
  return list;
}

/** Chunks of the given sizes, round and round; each is overwritten after its turn, as a stream's owner may do. */
async function* chunksOf(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    const chunk = Uint8Array.from(bytes.subarray(at, at + size));
    at += size;
    yield chunk;
    chunk.fill(0x3f);
  }
}

function accepts(body: Buffer): boolean {
  try {
    cut(body);
    return true;
  } catch (thrown) {
    assert.ok(thrown instanceof LandlineError, String(thrown));
    return false;
  }
}

function isPage(body: Buffer): boolean {
  if (!isUtf8(body)) return false;
  try {
    const page: unknown = JSON.parse(new TextDecoder().decode(body));
    return isRecord(page) && 'value' in page && Array.isArray(page.value) && page.value.every(isRecord);
  } catch {
    return false;
  }
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The shape of the provider's beta example: pretty-printed, the next link before the rows. */
const PUBLISHED = `{
    "@odata.context": "https://graph.microsoft.com/beta/$metadata#Collection(microsoft.graph.callRecords.pstnCallLogRow)",
    "@odata.count": 1000,
    "@odata.nextLink": "https://graph.microsoft.com/beta/communications/callRecords/getPstnCalls(from=2019-11-01,to=2019-12-01)?$skip=1000",
    "value": [
        {
            "id": "9c4984c7-6c3c-427d-a30c-bd0b2eacee90",
            "startDateTime": "2019-11-01T00:00:08.2589935Z",
            "duration": 219,
            "charge": 0.00,
            "destinationContext": null
        }
    ]
}`;

test('a reader that uses its buffer again for the next chunk changes no line', async () => {
  const buffer = Buffer.alloc(4);
  async function* reused(): AsyncGenerator<Uint8Array> {
    for (const text of ['{"a"', ':1}\n', '{"b"', ':2}\n']) {
      buffer.write(text);
      yield buffer;
    }
  }
  const lines: string[] = [];
  for await (const { body, starts, ends, count } of linesOf(reused()))
    for (let row = 0; row < count; row++) lines.push(body.toString('utf8', starts[row], ends[row]));
  assert.deepEqual(lines, ['{"a":1}', '{"b":2}']);
});
