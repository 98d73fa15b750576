import { fileURLToPath } from 'node:url';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { DATASETS } from '../shared/datasets/index.ts';
import { SOURCES } from '../shared/words/model.ts';
import { examples } from './command.ts';

/** Completion for bash, zsh, fish and PowerShell: `landline complete SHELL` prints the script, by the library. */

const NAMES: readonly string[] = DATASETS.map(({ name }) => name);

/** What stands for a value, by the name of the argument or option that takes it. */
const VALUES: Readonly<Record<string, () => readonly string[]>> = {
  dataset: () => NAMES,
  datasets: () => NAMES,
  name: () => [...SOURCES, ...NAMES],
  days: dayForms,
  day: dayForms,
  from: dayForms,
  to: dayForms,
  since: () => ['7d', '30d', 'yesterday'],
  month: months,
};

const MONTHS = 6;

function dayForms(): readonly string[] {
  return ['yesterday', '7d', '30d', ...months().slice(0, 2)];
}

/** The last months, newest first. */
function months(): readonly string[] {
  const now = new Date();
  return Array.from({ length: MONTHS }, (_, ago) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - ago, 1)).toISOString().slice(0, 7),
  );
}

/** To be called when all commands are there. */
export function addCompletion(program: Command): void {
  const root = tab(program);
  for (const command of root.commands.values())
    for (const place of [...command.arguments.entries(), ...command.options.entries()]) {
      const [name, taker] = place;
      const values = VALUES[name];
      if (values !== undefined)
        taker.handler = complete => {
          for (const value of values()) complete(value, '');
        };
    }
  const setup = root.setup.bind(root);
  root.setup = (name, _executable, shell) => {
    const script = () => setup(name, executable(shell), shell);
    if (shell === 'bash') withoutPackage(script);
    else script();
  };
  program.commands
    .find(command => command.name() === 'complete')
    ?.description('Prints the completion script of a shell')
    .addHelpText('after', '\nIt completes commands, options, logs and days, wherever the shell is.')
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
