import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../../cli/main.ts';
import type { Output } from '../../cli/terminal/output.ts';
import { parseOptions } from '../../local/start/options.ts';
import landline from '../../package.json' with { type: 'json' };
import { slashed } from '../system.ts';

/** Documents lead to places that exist, and what they tell people to type is taken by the programs that are there. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = globSync(['*.md', '{docs,shared,test}/**/*.md', '.github/*.md', '.github/ISSUE_TEMPLATE/*.yml'], {
  cwd: ROOT,
}).map(page => slashed(page));
/** Pages that GitHub makes for a repository. */
const OF_GITHUB = ['security/advisories/new', 'releases/latest', 'issues/new/choose'];

/** Whether a link leads to one of them. A page in the root of the repository is shown two folders below them. */
function isOfGitHub(page: string, link: string): boolean {
  const up = '../'.repeat(2 + page.split('/').length - 1);
  return OF_GITHUB.some(each => link === `${up}${each}`);
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  const text = readFileSync(`${ROOT}${page}`, 'utf8').replace(/^```.*?^```/gms, '');
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase());
  return headings.map(heading => heading.replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-'));
}

test('each link in a document leads to a file and a heading that are there', () => {
  for (const page of PAGES) {
    const text = readFileSync(`${ROOT}${page}`, 'utf8');
    for (const [, link = ''] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      if (isOfGitHub(page, link)) continue;
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      assert.ok(existsSync(`${ROOT}${file}`), `${page}: ${link}`);
      if (anchor !== undefined) assert.ok(anchorsOf(file).includes(anchor), `${page}: ${link}`);
    }
  }
});

interface Typed {
  readonly page: string;
  readonly words: readonly string[];
}

/** Commands of one kind in fenced and inline code, one by one: `a && b # why` is two. */
function commandsOf(program: 'landline' | 'npm'): Typed[] {
  return PAGES.flatMap(page => {
    const text = readFileSync(`${ROOT}${page}`, 'utf8');
    const fenced = [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, code = '']) =>
      code.replaceAll('\\\n', ' ').split('\n'),
    );
    const inline = [...text.replace(/^```.*?^```/gms, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) =>
      code.replaceAll('\n', ' '),
    );
    return [...fenced, ...inline]
      .flatMap(line =>
        line
          .replaceAll(/<[^>]+>/g, 'STANDS-FOR-IT')
          .replace(/(^|\s)#.*/, '')
          .split(/&&|;|>+(?= )/),
      )
      .map(command => command.trim().replace(/^npx (?=landline )/, ''))
      .filter(command => command.startsWith(`${program} `))
      .map(command => ({ page, words: wordsOf(command) }));
  });
}

/** Without the program's name; what stands for something is something of its kind. */
function wordsOf(command: string): string[] {
  const meant = command.replaceAll('DATASET', 'teams-sms').replaceAll('DAY', '2026-01-31').replaceAll(/\bN\//g, '1/');
  return meant
    .split(/\s+/)
    .slice(1)
    .filter(word => word !== '…');
}

const flagsIn = (words: readonly string[]): string[] =>
  words.filter(word => word.startsWith('--') && word.length > 2).map(flag => flag.replace(/=.*/, ''));

/** Runs `landline` in this process. */
async function said(words: readonly string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const keep = (text = ''): void => void lines.push(text);
  const out: Output = {
    line: keep,
    json: value => keep(JSON.stringify(value)),
    note: keep,
    progress: () => {},
    paint: (_, text) => text,
    interactive: false,
    confirm: async () => false,
  };
  return { code: await run(words, out), text: lines.join('\n') };
}

/** A target that is not there: whoever gets as far as this was understood. */
const NOWHERE = ['--settings', '/nowhere/settings.json'];
const UNDERSTOOD =
  /^error: FILE cannot be read|nowhere.* cannot be read|is no storage account|--app: expected an address/;
/** A command that is only named, without what it needs. */
const NAMED = /^error: (required option|missing required argument|option .* argument missing)/;

test('each `landline` command in a document is one, with options and arguments that it takes', async () => {
  const commands = commandsOf('landline');
  assert.ok(commands.length > 50, `${commands.length} commands`);
  const everywhere = flagsIn((await said(['--help'])).text.split(/[\s,]+/));
  const helps = new Map<string, string>();
  for (const { page, words } of commands) {
    const about = `${page}: landline ${words.join(' ')}`;
    const name = words.find((word, at) => !word.startsWith('-') && !/^--(queue-)?account$/.test(words[at - 1] ?? ''));
    if (name === undefined) continue;
    const help = helps.get(name) ?? (await said([name, '--help'])).text;
    helps.set(name, help);
    assert.match(help, new RegExp(`^Usage: landline ${name}\\b`), about);
    for (const flag of flagsIn(words))
      assert.ok(everywhere.includes(flag) || new RegExp(`${flag}\\b`).test(help), `${about}: ${flag}`);
    // It needs no target, and prints past the output.
    if (name === 'complete') {
      assert.match(help, new RegExp(`landline ${words.join(' ')} >`), about);
      continue;
    }
    const { code, text } = await said([...words, ...NOWHERE]);
    assert.equal(code, 2, about);
    assert.ok(UNDERSTOOD.test(text) || NAMED.test(text), `${about}: ${text}`);
  }
});

/** Of npm itself. */
const OWN = ['ci', 'install', 'audit', 'sbom'];

test('each npm command in a document is npm’s or one of the package, with flags that its program takes', () => {
  const scripts: Readonly<Record<string, string>> = landline.scripts;
  const commands = commandsOf('npm');
  assert.ok(commands.length > 30, `${commands.length} commands`);
  for (const { page, words } of commands) {
    const about = `${page}: npm ${words.join(' ')}`;
    const [first = '', second = ''] = words;
    if (OWN.includes(first)) continue;
    const script = scripts[first === 'run' ? second : first];
    assert.ok(script !== undefined && (first === 'run' || ['start', 'test'].includes(first)), about);
    const dashes = words.indexOf('--');
    if (dashes < 0) continue;
    const flags = words.slice(dashes + 1);
    if (first === 'start') {
      if (!flags.includes('--help')) assert.ok(parseOptions(flags, {}), about);
      continue;
    }
    const program = readFileSync(`${ROOT}${script.replace(/^node /, '')}`, 'utf8');
    for (const flag of flagsIn(flags)) assert.match(program, new RegExp(`'${flag}[ ']`), `${about}: ${flag}`);
  }
});
