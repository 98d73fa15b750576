import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countNamed, type Person, PersonFinder } from '../../shared/forget/person.ts';
import { Dice } from '../faults/dice.ts';

function isNamed(person: Person, text: string): Promise<boolean> {
  return isNamedIn(person, JSON.stringify({ id: 'x', userPrincipalName: text }));
}

async function isNamedIn(person: Person, row: string): Promise<boolean> {
  const lines = (async function* () {
    yield Buffer.from(`${row}\n`);
  })();
  return (await countNamed(new PersonFinder('teams-pstn-calls', person), lines)) === 1;
}

test('a sign-in name is found whole, and never as a part of the name of somebody else', async () => {
  const person: Person = { kind: 'user', value: 'Meier@firma.example' };
  for (const text of [
    'meier@firma.example',
    'MEIER@Firma.Example',
    "from 'meier@firma.example' and others",
    'sip:meier@firma.example;transport=tls',
    '<meier@firma.example>, x@y.example',
    'It was meier@firma.example.',
    'sip:meier%40firma.example',
    'user=meier@firma.example&x=1',
    "x' meier@firma.example",
  ])
    assert.equal(await isNamed(person, text), true, text);
  for (const text of [
    'anna_meier@firma.example',
    "o'meier@firma.example",
    'x+meier@firma.example',
    'x.meier@firma.example',
    'x-meier@firma.example',
    '#meier@firma.example',
    'übermeier@firma.example',
    'meier@firma.example.org',
    'meier@firma.example-group.org',
    'meier@firma.examples',
    'meier@firma_example',
  ])
    assert.equal(await isNamed(person, text), false, text);
});

test('a user id is found whole', async () => {
  const value = '6f1e2d3c-0000-4a5b-8c7d-9e0f1a2b3c4d';
  for (const text of [
    `{${value.toUpperCase()}}`,
    `${value}.${value}`,
    `user_${value}`,
    `#${value}`,
    `${value}@tenant`,
    value.replaceAll('-', ''),
  ])
    assert.equal(await isNamed({ kind: 'user', value }, text), true, text);
  assert.equal(await isNamed({ kind: 'user', value }, `${value}0`), false);
  assert.equal(await isNamed({ kind: 'user', value }, `0-${value}`), false);
});

test('a number is found however it is written, and never as a part of a longer one', async () => {
  for (const value of ['+49 170 1234567', '00491701234567', '491701234567']) {
    const person: Person = { kind: 'number', value };
    for (const text of [
      '+491701234567',
      '491701234567',
      '00491701234567',
      '011491701234567',
      'tel:+49 (170) 123-45.67',
      '+49170/1234567;ext=1',
      '+49\u00a0170\u202f1234567',
      '\u202a+49\u2011170\u20111234567\u202c',
      '+49\u2212170\u22121234567',
      '+49·170·123_45_67',
      '＋４９１７０１２３４５６７',
    ])
      assert.equal(await isNamed(person, text), true, `${value} in ${text}`);
    for (const text of ['+4917012345678', '1491701234567', '9000491701234567', '+491701234568'])
      assert.equal(await isNamed(person, text), false, `${value} in ${text}`);
  }
});

const USER: Person = { kind: 'user', value: '6f1e2d3c-0000-4a5b-8c7d-9e0f1a2b3c4d' };
const NAME: Person = { kind: 'user', value: "Mo.O'Brien@firma.example" };
const NUMBER: Person = { kind: 'number', value: '+12025550142' };

test('a member that a row repeats is searched each time', async () => {
  for (const row of [
    `{"id":"1","userId":"${USER.value}","userId":null}`,
    `{"id":"1","userId":null,"userId":"${USER.value}"}`,
    `{"id":"1","userId":"${USER.value}","userId":"","user\\u0049d":""}`,
    `{"id":"1","new":["${USER.value}"],"new":[]}`,
  ])
    assert.equal(await isNamedIn(USER, row), true, row);
});

test('a text is searched as it reads, however it is escaped and nested', async () => {
  for (const [person, row] of [
    [NAME, `{"id":"1","new":{"upn":"mo.o\\u0027brien@firma.example"}}`],
    [NAME, `{"id":"1","new":{"mo.o\\u0027brien@firma.example":1}}`],
    [NAME, `{"id":"1","new":"{\\"upn\\":\\"mo.o\\\\u0027brien@firma.example\\"}"}`],
    [NAME, `{"id":"1","userPrincipalName":"FIRMA\\\\mo.o'brien@firma.example"}`],
    [NUMBER, `{"id":"1","new":["\\u002b1 202\\u0035550142"]}`],
    [NUMBER, `{"id":"1","new":[[{"a":{"b":12025550142}}]]}`],
    [NUMBER, `{"id":"1","callerNumber":"\\u002b1\\u00a0202\\u00a05550142"}`],
    [NUMBER, `["+12025550142"]`],
  ] as const)
    assert.equal(await isNamedIn(person, row), true, row);
});

test('a number that stands by chance in an id, an amount or a time names nobody; a user id or a name never does by chance', async () => {
  const digits = NUMBER.value.slice(1);
  assert.equal(await isNamedIn(NUMBER, `{"id":"${digits}","callerNumber":null,"charge":1.2025550142}`), false);
  assert.equal(await isNamedIn(NUMBER, `{"\\u0069d" : "${digits}" , "new":""}`), false);
  assert.equal(await isNamedIn(NUMBER, `{"id":"${digits}","callerNumber":"${digits}"}`), true);
  assert.equal(await isNamedIn(USER, `{"id":"${USER.value}"}`), true);
});

/** The text as JSON, in a spelling of the dice's choice. */
function spelled(text: string, dice: Dice): string {
  const hex = (sign: string): string => sign.charCodeAt(0).toString(16).padStart(4, '0');
  const signs = text.split('').map(sign => {
    if (dice.chance(0.2)) return `\\u${dice.chance(0.5) ? hex(sign) : hex(sign).toUpperCase()}`;
    return sign === '/' && dice.chance(0.5) ? '\\/' : JSON.stringify(sign).slice(1, -1);
  });
  return `"${signs.join('')}"`;
}

/** The value, or one with the value somewhere inside. */
function nested(value: string, dice: Dice): string {
  const gap = dice.pick(['', ' ', '\t']);
  switch (dice.between(0, 4)) {
    case 0:
      return nested(`[${gap}1,${gap}${value}${gap}]`, dice);
    case 1:
      return nested(`{"a":${gap}null,${gap}${spelled('b', dice)}:${value}}`, dice);
    case 2:
      return nested(`{"a":[],"a":${value},"a":${gap}{}}`, dice);
    default:
      return value;
  }
}

const OTHER_MEMBERS: readonly string[] = [
  '"id":"12025550142"',
  '"startDateTime":"2026-01-05T10:00:00.1234567Z"',
  '"charge":1.2025550142',
  '"calleeNumber":"+4930\\u0031234567"',
  '"userDisplayName":"O\\u0027Brien, Mo"',
  '"operator":"\\\\"',
];

/** A row with the text in one member or as the name of one, which may be repeated; what is beside it names nobody. */
function rowWith(text: string, dice: Dice): string {
  const field = dice.pick(['userId', 'userPrincipalName', 'callerNumber', 'callId', 'new', '']);
  const member = dice.chance(0.1)
    ? `${spelled(text, dice)}:0`
    : `${spelled(field, dice)}:${nested(spelled(text, dice), dice)}`;
  const repeated = dice.chance(0.3) ? [`${spelled(field, dice)}:${dice.pick(['null', '""', '[]'])}`] : [];
  const others = OTHER_MEMBERS.filter(() => dice.chance(0.7));
  const members = [member, ...repeated, ...others].toSorted(() => dice.next() - 0.5);
  const row = `{${members.join(dice.pick([',', ', ', ' ,']))}}`;
  JSON.parse(row);
  return row;
}

/** Ways to write the person, and texts like them that name somebody else. */
const WRITTEN: readonly (readonly [Person, readonly [string, ...string[]], readonly [string, ...string[]]])[] = [
  [
    USER,
    [USER.value, USER.value.toUpperCase(), `${USER.value}.tenant`, `"${USER.value}"`],
    [USER.value.replace('6', '7'), `${USER.value}0`, `0-${USER.value}`],
  ],
  [
    NAME,
    [NAME.value, NAME.value.toLowerCase(), `sip:${NAME.value};x`, `"${NAME.value}"`, `FIRMA\\${NAME.value}`],
    [`jo-${NAME.value}`, `${NAME.value}.org`, 'brien@firma.example', `d'${NAME.value}`],
  ],
  [
    NUMBER,
    ['+12025550142', '12025550142', '0012025550142', 'tel:+1-202-555-0142;ext=3', '+1\u00a0(202) 555\u2009/\u20090142'],
    ['+120255501420', '912025550142', '+12025550143', '2025550142'],
  ],
];

const SEED = 11;

test('a person who is planted anywhere in a row, in any spelling, is found, and somebody like them never', async () => {
  const dice = new Dice(SEED);
  for (let turn = 0; turn < 3_000; turn++) {
    const [person, ways, likeThem] = dice.pick([...WRITTEN] as [(typeof WRITTEN)[number]]);
    const theirs = rowWith(dice.pick(ways), dice);
    const others = rowWith(dice.pick(likeThem), dice);
    assert.equal(await isNamedIn(person, theirs), true, `turn ${turn}: ${theirs}`);
    assert.equal(await isNamedIn(person, others), false, `turn ${turn}: ${others}`);
  }
});

test('a number is looked for in reasons, phrases and units, and not in identifiers', async () => {
  const named = (dataset: string, row: string) =>
    countNamed(
      new PersonFinder(dataset, NUMBER),
      (async function* () {
        yield Buffer.from(`${row}\n`);
      })(),
    );
  for (const [dataset, row] of [
    ['teams-blocked-users', '{"blockReason":"calls to +1 202 555 0142"}'],
    ['teams-direct-routing-calls', '{"finalSipCodePhrase":"no route to 12025550142"}'],
    ['teams-pstn-calls', '{"administrativeUnitInfos":[{"id":"x","displayName":"+12025550142"}]}'],
  ] as const)
    assert.equal(await named(dataset, row), 1, row);
  assert.equal(await named('teams-pstn-calls', '{"id":"12025550142"}'), 0);
});

/** What a search says of rows whose one text is each of these. */
async function seenIn(person: Person, ...texts: readonly string[]) {
  const finder = new PersonFinder('teams-pstn-calls', person);
  const rows = await countNamed(
    finder,
    (async function* () {
      for (const text of texts) yield Buffer.from(`${JSON.stringify({ id: 'x', callerNumber: text })}\n`);
    })(),
  );
  return { rows, spellings: [...finder.seen.spellings], longer: [...finder.seen.longer] };
}

test('a longer number that is grouped is told with its digits masked, and taken only when that is asked for', async () => {
  const longer = ['+1 202 555 0142 22', '22 12025550142', '+1-202-555-0142-7'];
  assert.deepEqual(await seenIn(NUMBER, ...longer), {
    rows: 0,
    spellings: [],
    longer: [
      ['* *** *** **** **', 1],
      ['** ***********', 1],
      ['*-***-***-****-*', 1],
    ],
  });
  assert.equal((await seenIn({ ...NUMBER, longer: true }, ...longer)).rows, 3);
  // Two numbers, or a number and a time, are no longer number.
  for (const text of ['+1 202 555 0142 +1 202 555 0199', '+12025550142 12025550199', '+12025550142 2026-03-01'])
    assert.equal((await seenIn(NUMBER, text)).rows, 1, text);
  // Where it stands by itself as well, the row is the person's.
  assert.equal((await seenIn(NUMBER, '+1 202 555 0142 22, +12025550142')).rows, 1);
});

test('a search says in which kinds of spelling the person was met, and no digit of them', async () => {
  const { spellings } = await seenIn(
    NUMBER,
    '+12025550142',
    '+12025550142',
    '001 (202) 555-0142',
    '\uff0b\uff11\uff12\uff10\uff12\uff15\uff15\uff15\uff10\uff11\uff14\uff12',
  );
  assert.deepEqual(spellings, [
    ['+***********', 2],
    ['*** (***) ***-****', 1],
    ['+*********** (other signs)', 1],
  ]);
  assert.deepEqual((await seenIn(USER, USER.value)).spellings, [['the whole name or id', 1]]);
});

test('digits that stand in identifiers only are counted, and the row stays', async () => {
  const finder = new PersonFinder('teams-pstn-calls', NUMBER);
  const rows = (async function* () {
    yield Buffer.from('{"id":"12025550142"}\n{"id":"a"}\n');
  })();
  assert.equal(await countNamed(finder, rows), 0);
  assert.equal(finder.seen.unsearched, 1);
});
