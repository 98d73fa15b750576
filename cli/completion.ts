import { fileURLToPath } from 'node:url';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { DATASETS } from '../shared/datasets/index.ts';
import { lastDay } from '../shared/ledger/settling.ts';
import { isDay } from '../shared/words/day.ts';
import { SOURCES } from '../shared/words/model.ts';
import { examples } from './command.ts';

/** Completion for bash, zsh, fish and PowerShell: `landline complete SHELL` prints the script, by the library. */

const NAMES: readonly string[] = DATASETS.map(({ name }) => name);

/** What stands for a value, by the name of the argument or option that takes it and what is typed of it so far. */
const VALUES: Readonly<Record<string, (word: string) => readonly string[]>> = {
  dataset: () => NAMES,
  datasets: listed,
  name: () => [...SOURCES, ...NAMES],
  days: word => [...AGO, ...months().slice(0, 2), ...daysLike(word)],
  day: word => [...AGO, ...daysLike(word)],
  from: word => [...AGO, ...months().slice(0, 2), ...daysLike(word)],
  to: word => [...AGO, ...months().slice(0, 2), ...daysLike(word)],
  since: word => [...AGO, ...daysLike(word)],
  month: months,
};

/** As the help spells them. */
const AGO = ['yesterday', '-7d', '-30d'] as const;

const MONTHS = 6;

/** The last months of which a day is over, newest first. */
function months(): readonly string[] {
  const [year = 0, month = 0] = lastDay(Date.now()).split('-').map(Number);
  return Array.from({ length: MONTHS }, (_, ago) =>
    new Date(Date.UTC(year, month - 1 - ago, 1)).toISOString().slice(0, 7),
  );
}

/** Once a month is typed, its days that are over. */
function daysLike(word: string): readonly string[] {
  const [month] = /^\d{4}-\d{2}(?=-)/.exec(word) ?? [];
  if (month === undefined) return [];
  const days = Array.from({ length: 31 }, (_, at) => `${month}-${String(at + 1).padStart(2, '0')}`);
  return days.filter(day => isDay(day) && day <= lastDay(Date.now()));
}

/** Names after those that stand there already. */
function listed(word: string): readonly string[] {
  const before = word.slice(0, word.lastIndexOf(',') + 1);
  return NAMES.filter(name => !before.split(',').includes(name)).map(name => `${before}${name}`);
}

/** To be called when all commands are there. */
export function addCompletion(program: Command): void {
  const root = tab(program);
  let word = '';
  const parse = root.parse.bind(root);
  root.parse = args => {
    word = args.at(-1)?.replace(/^--[a-z-]+=/, '') ?? '';
    parse(args);
  };
  for (const command of root.commands.values())
    for (const place of [...command.arguments.entries(), ...command.options.entries()]) {
      const [name, taker] = place;
      const values = VALUES[name];
      if (values !== undefined)
        taker.handler = complete => {
          for (const value of values(word)) complete(value, '');
        };
    }
  const setup = root.setup.bind(root);
  root.setup = (name, _executable, shell) => {
    const script = () => setup(name, executable(shell), shell);
    if (shell === 'bash') withoutPackage(script);
    else script();
    console.log(ownWord(shell));
  };
  program.commands
    .find(command => command.name() === 'complete')
    ?.description('Prints the completion script of a shell')
    .addHelpText(
      'after',
      '\nThe script completes commands, options, logs and days after the word landline. Your shell has to know that word:\nfor this folder, define landline() { npx landline "$@"; } (bash, zsh); for every folder, use the last line of the script.',
    )
    .addHelpText(
      'after',
      examples(
        'landline complete bash >> ~/.bashrc',
        'landline complete zsh >> ~/.zshrc',
        'landline complete fish > ~/.config/fish/completions/landline.fish',
        'landline complete powershell >> $PROFILE',
      ),
    );
}

const CLI = fileURLToPath(new URL('./landline.mjs', import.meta.url));

/** This very program, so that completion does not depend on where `landline` is found. */
function executable(shell: string): string {
  const quote = shell === 'powershell' ? "''" : "'\\''";
  return [process.execPath, CLI].map(path => `'${path.replaceAll("'", quote)}'`).join(' ');
}

/** A comment: the script of completion should not take a word that may be another program's. */
function ownWord(shell: string): string {
  const command = executable(shell);
  // No alias: zsh completes what an alias stands for.
  const line = {
    powershell: `function landline { & ${command} @args }`,
    fish: `function landline; ${command} $argv; end`,
  }[shell];
  return `# To have the word landline: ${line ?? `landline() { ${command} "$@"; }`}`;
}

/** The library's script needs a function of the package bash-completion, which is not everywhere, and is read once only. */
function withoutPackage(script: () => void): void {
  console.log(`if [[ -z \${ShellCompDirectiveError+x} ]]; then
declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref() {
    cur=\${COMP_WORDS[COMP_CWORD]}
    prev=\${COMP_WORDS[COMP_CWORD - 1]}
    words=("\${COMP_WORDS[@]}")
    cword=$COMP_CWORD
}`);
  script();
  console.log('fi');
}
