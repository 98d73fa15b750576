import fc from 'fast-check';

/** Random bodies of pages, made of tokens, so that numbers and escapes keep spellings JSON.stringify would never give. */

/** A row as it stands in a body, and the spelling of each member's value; of a repeated member, the last. */
interface RowText {
  readonly text: string;
  readonly values: ReadonlyMap<string, string>;
}

export interface BodyText {
  readonly text: string;
  readonly rows: readonly RowText[];
  readonly others: ReadonlyMap<string, string>;
}

/** White space between tokens, one style per body. */
const gaps = fc.constantFrom(
  [''],
  [' '],
  ['\n    '],
  ['\r\n\t'],
  ['', '\n', ' '],
  ['', ' ', '\r', '\r\n  ', '', '\t', '\n'],
);

const numbers = fc.oneof(
  fc.constantFrom('0.00', '-0', '12345678901234567890', '1e400', '-1.5E-7', '0.1234567', '1E+2', '0e0'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);

const strings = fc.oneof(
  fc.string({ unit: 'binary' }).map(text => JSON.stringify(text)),
  fc.string({ unit: 'grapheme', minLength: 1 }).map(text => `"${Array.from(text.slice(0, 5), escaped).join('')}"`),
  fc.constantFrom('"\\/\\b\\f\\n\\r\\t"', '"\\ud800"', '"\u2028\u007f"', '"2024-05-01T00:00:08.2589935Z"', '""'),
);

function escaped(text: string): string {
  return `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The tokens of a value; a style puts white space between them. */
const values = fc.letrec<{ value: string[] }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.constantFrom('true', 'false', 'null'), numbers, strings).map(token => [token]),
    fc.array(tie('value'), { maxLength: 3 }).map(items => ['[', ...separated(items), ']']),
    fc
      .array(fc.tuple(strings, tie('value')), { maxLength: 3 })
      .map(members => ['{', ...separated(members.map(([name, value]) => [name, ':', ...value])), '}']),
  ),
})).value;

function separated(items: readonly string[][]): string[] {
  return items.flatMap((item, i) => (i === 0 ? item : [',', ...item]));
}

/** Names mostly in one order, as in real pages; some spelled with escapes, some foreign, some missing, some twice. */
const names = fc.oneof(
  fc.constant(['"id"', '"startDateTime"', '"charge"']),
  fc.shuffledSubarray(['"id"', '"\\u0069d"', '"startDateTime"', '"charge"', '"naïve"', '"__proto__"', '""', '"id"']),
);

const rowTokens = names.chain(list =>
  fc.tuple(...list.map(name => fc.tuple(fc.constant(name), values))).map(members => members as [string, string[]][]),
);

const OTHERS = ['@odata.context', '@odata.nextLink', 'total_count'];

export const bodies: fc.Arbitrary<BodyText> = fc
  .record({
    rows: fc.array(rowTokens, { maxLength: 6 }),
    others: fc.array(values, { minLength: OTHERS.length, maxLength: OTHERS.length }),
    order: fc.shuffledSubarray(['value', ...OTHERS], { minLength: 1 }),
    gap: gaps,
  })
  .map(({ rows, others, order, gap }) => {
    const withValue = order.includes('value') ? order : ['value', ...order];
    let turn = 0;
    const join = (tokens: readonly string[]): string => tokens.reduce((text, token) => text + space() + token);
    const space = (): string => gap[turn++ % gap.length] ?? '';
    const rowTexts = rows.map(members => {
      const spelled = members.map(([name, value]) => ({ name, text: join(value) }));
      const text = join(['{', ...separated(spelled.map(member => [member.name, ':', member.text])), '}']);
      return { text, values: new Map(spelled.map(member => [JSON.parse(member.name) as string, member.text])) };
    });
    const otherTexts = new Map(OTHERS.map((name, i) => [name, join(others[i] ?? [])]));
    const array = join(['[', ...separated(rowTexts.map(row => [row.text])), ']']);
    const members = withValue.map(name => [JSON.stringify(name), ':', otherTexts.get(name) ?? array]);
    return {
      text: space() + join(['{', ...separated(members), '}']),
      rows: rowTexts,
      others: new Map([...otherTexts].filter(([name]) => withValue.includes(name))),
    };
  });
