import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ANSWERS } from '../../cli/answers/commands.ts';
import { run } from '../../cli/main.ts';
import { linesFor, type Output, tableIn } from '../../cli/terminal/output.ts';
import { jsonText, printable } from '../../cli/terminal/printable.ts';
import { asTyped, calledAs, helpTyped, quoted, typedAs, withTyped } from '../../cli/terminal/typed.ts';
import { ANSWERS_FILE, answersText } from '../../tools/answers.ts';
import { checkAnswer } from '../answers.ts';

/** Runs a command in this process, and keeps what it says. */
async function said(...args: readonly string[]) {
  const [lines, answers, notes]: [string[], object[], string[]] = [[], [], []];
  const out: Output = {
    line: (text = '') => void lines.push(text),
    json: value => void answers.push(value),
    note: text => void notes.push(text),
    progress: () => {},
    paint: (_, text) => text,
    interactive: false,
    confirm: async () => false,
  };
  return { code: await run(args, out), lines, answers, notes };
}

test('the schema in the documents is the one of the commands', () => {
  assert.equal(readFileSync(ANSWERS_FILE, 'utf8'), answersText(), 'run: node tools/answers.ts');
});

test('every command has its answer in the schema', async () => {
  const { lines } = await said('--help');
  const names = [...(/Commands:(.*)Exit codes/s.exec(lines.join('\n'))?.[1] ?? '').matchAll(/^ {2}([a-z]+)\b/gm)].map(
    ([, name = '']) => name,
  );
  const silent = ['help', 'complete'];
  assert.deepEqual(
    names.filter(name => !silent.includes(name)).sort(),
    Object.keys(ANSWERS)
      .filter(name => name !== 'error' && name !== 'start')
      .sort(),
  );
});

test('an error is an answer as well, with the exit code that it has without --json', async () => {
  for (const args of [
    ['frob'],
    ['show', 'teams-sms', '2026-02-30'],
    ['verify', '--settings', '/nowhere.json'],
    ['doctor', '--app', 'ftp://nowhere'],
  ]) {
    const [plain, json] = [await said(...args), await said(...args, '--json')];
    assert.equal(json.code, plain.code, args.join(' '));
    assert.deepEqual([json.lines, json.notes, json.answers.length], [[], [], 1], args.join(' '));
    checkAnswer(args, JSON.stringify({ format: 1, ...json.answers[0] }));
    const { reason, message } = Object(json.answers[0]).error;
    assert.equal(reason, 'usage');
    assert.ok(plain.notes.join('\n').includes(message.split(' Add --help')[0]), message);
  }
});

const HOSTILE = 'a\x1b[2Jb\x1b]52;c;ZXZpbA==\x07c\rd\u009b31me\u202ef\x1b[8mg\x1b[0mh';

test('nothing that a text brings moves the cursor, hides, colours or turns what a terminal shows', () => {
  assert.equal(printable(HOSTILE), 'abc d e fgh'.replace(' e f', 'e f'));
  for (const shown of [printable(HOSTILE), printable(HOSTILE, true), linesFor(HOSTILE, 60, true), jsonText([HOSTILE])])
    assert.doesNotMatch(shown.replace(/\n$/, ''), /[\p{Cc}\u202e]/u, JSON.stringify(shown));
  assert.deepEqual(JSON.parse(jsonText([HOSTILE])), [HOSTILE]);
  const painted = '\x1b[31mred\x1b[39m';
  assert.deepEqual([printable(painted, true), printable(painted)], [painted, 'red']);
});

test('on a terminal lines are broken between words and what follows is further in; in a pipe they stay whole', () => {
  const text = `  word ${'and another '.repeat(12)}end`;
  assert.equal(linesFor(text, undefined, false), `${text}\n`);
  const lines = linesFor(text, 60, false).trimEnd().split('\n');
  assert.ok(lines.every(line => line.length <= 60));
  assert.ok(lines.slice(1).every(line => /^ {4}\S/.test(line)));
  assert.equal(lines.map(line => line.trim()).join(' '), text.trim());
});

test('a command stays whole: on a line of its own, and in a sentence where it fits a line', () => {
  const command = `npx landline --data '/home/me/my landline data' show teams-direct-routing-calls 2026-01-31`;
  for (const own of [`  ${command}`, `\x1b[1m${command}\x1b[22m`]) assert.equal(linesFor(own, 60, true), `${own}\n`);
  for (const each of [
    command,
    'npx landline retry teams-sms 2026-01-30 2026-01-31',
    'npm start -- --data .landline/drill',
    'bash infra/consent.sh --identity 1234 --cloud global',
  ])
    for (let before = 1; before < 12; before++) {
      const text = `${'word '.repeat(before)}: ${each} and what follows it`;
      assert.ok(linesFor(text, 90, false).includes(each), linesFor(text, 90, false));
    }
});

test('a table that a terminal has no room for becomes a paragraph for each row', () => {
  const out: Output = { ...({} as Output), width: 60 };
  const head = ['log', 'from', 'to', 'days', 'held', 'missing', 'beyond horizon'];
  const row = ['teams-direct-routing-calls', '2026-01-01', '2026-03-31', '90', '12', '78', '0'];
  assert.deepEqual(tableIn(out, head, [row]), [
    'teams-direct-routing-calls',
    '  from 2026-01-01, to 2026-03-31, days 90, held 12,',
    '  missing 78, beyond horizon 0',
  ]);
  assert.equal(tableIn({ ...out, width: 120 }, head, [row]).length, 2);
});

test('a suggested command reaches the same Landline again, in any folder', () => {
  assert.equal(typedAs({}, calledAs({})), 'landline');
  assert.equal(quoted(".landline/o'clock", 'linux'), "'.landline/o'\\''clock'");
  assert.equal(quoted('C:\\my data', 'win32'), '"C:\\my data"');
  const self = typedAs({ data: '/tmp/drill', queueAccount: 'host' }, 'landline');
  assert.equal(self, 'landline --data /tmp/drill --queue-account host');
  assert.equal(asTyped('landline show teams-sms 2026-01-31', self), `${self} show teams-sms 2026-01-31`);
});

test('who called through npx is told to, in every sentence, help and error, and never twice', async t => {
  const before = process.env['npm_command'];
  t.after(() => {
    if (before === undefined) delete process.env['npm_command'];
    else process.env['npm_command'] = before;
  });
  assert.deepEqual(
    [{ npm_command: 'exec' }, { npm_command: 'start' }, {}].map(env => calledAs(env)),
    ['npx landline', 'landline', 'landline'],
  );
  const npx = 'npx landline';
  for (const [text, told] of [
    [
      'then: landline verify, `landline retry x` (landline accept)',
      `then: ${npx} verify, \`${npx} retry x\` (${npx} accept)`,
    ],
    ['npx landline status in /home/me/landline data', 'npx landline status in /home/me/landline data'],
  ] as const)
    assert.equal(withTyped(text, npx), told);
  assert.equal(
    helpTyped('Usage: landline [options]\n  landline --account <name> status', npx),
    `Usage: ${npx} [options]\n  ${npx} --account <name> status`,
  );
  for (const [command, called] of [
    ['exec', npx],
    ['test', 'landline'],
  ] as const) {
    process.env['npm_command'] = command;
    const help = (await said('accept', '--help')).lines.join('\n');
    assert.match(help, new RegExp(`^Usage: ${called} accept`));
    assert.match(help, new RegExp(`^  ${called} accept teams-sms 2026-01-31$`, 'm'));
    const { notes } = await said('resume', '--account', 'calldata');
    assert.match(notes.join(), new RegExp(`\\(${called} --account calldata resume graph\\)`));
  }
});
