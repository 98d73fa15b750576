import { Command, CommanderError } from 'commander';
import landline from '../package.json' with { type: 'json' };
import { guardEnvironment } from '../shared/config/loopback.ts';
import { failureOf, LandlineError } from '../shared/words/errors.ts';
import type { ReasonCode } from '../shared/words/model.ts';
import { examples, type Register, type Runners } from './command.ts';
import { accept } from './commands/accept.ts';
import { backfill } from './commands/backfill.ts';
import { changes } from './commands/changes.ts';
import { curate } from './commands/curate.ts';
import { diff } from './commands/diff.ts';
import { doctor } from './commands/doctor.ts';
import { exportDays } from './commands/export.ts';
import { forget } from './commands/forget.ts';
import { pause, resume } from './commands/pause.ts';
import { prove } from './commands/prove.ts';
import { rebuildLedger } from './commands/rebuild.ts';
import { report } from './commands/report.ts';
import { retry } from './commands/retry.ts';
import { show } from './commands/show.ts';
import { status } from './commands/status.ts';
import { verifyDays } from './commands/verify.ts';
import { addCompletion } from './completion.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import type { Target } from './settings-files.ts';
import { type Output, Stopped, terminal } from './terminal/output.ts';
import { helpTyped, typedAs, withTyped } from './terminal/typed.ts';
import { CommandError, UsageError, wordsOf } from './usage-error.ts';

/** `landline`: from the arguments to the exit code. One file per command. */

const COMMANDS: readonly Register[] = [
  status,
  show,
  doctor,
  backfill,
  retry,
  accept,
  changes,
  diff,
  pause,
  resume,
  verifyDays,
  prove,
  rebuildLedger,
  exportDays,
  curate,
  report,
  forget,
];

const AFTER = `
Exit codes:
${Object.entries(EXIT_CODES)
  .map(([code, meaning]) => `  ${code.padEnd(5)}${meaning}`)
  .join('\n')}

Days are UTC. What each state and reason means: docs/operations.md.`;

/** @param argv without the program's own name */
export async function run(argv: readonly string[], out: Output = terminal()): Promise<ExitCode> {
  let code: ExitCode = 0;
  // What is written holds rows, or says who is looked for: for its owner alone.
  process.umask(0o077);
  guardEnvironment(process.env);
  let ownSignIn = false;
  const program = new Command('landline')
    .description('Shows which days of the telephony logs Landline holds, which days are missing, and what to do.')
    .option('--local', 'use the emulator of `npm start` on this machine (default when .landline exists)')
    .option('--data <dir>', 'data folder of `npm start` (default: .landline)')
    .option(
      '--account <name>',
      'storage account of the data, reached by your own Azure sign-in (default: LANDLINE_ACCOUNT, or the environment of azd)',
    )
    .option(
      '--queue-account <name>',
      'storage account of the app, which has the ledger (default: LANDLINE_QUEUE_ACCOUNT, or the same account)',
    )
    .option(
      '--settings <file>',
      'settings file of the app, such as local.settings.json; its storage accounts are reached by your own sign-in',
    )
    .option('--json', 'print one JSON object')
    .version(landline.version, '--version', 'print the version')
    .addHelpText('after', AFTER)
    .addHelpText('after', examples('landline status', 'landline backfill --help', 'landline --account <name> status'))
    .helpCommand('help [command]', 'Explains a command')
    .configureHelp({ showGlobalOptions: true, subcommandTerm })
    .configureOutput({
      writeOut: text => out.line(helpTyped(text.trimEnd())),
      writeErr: text => text.startsWith('error:') || out.note(helpTyped(text.trimEnd())),
    })
    .exitOverride();
  const act: Runners['act'] =
    (work, told) =>
    async (...args) => {
      const options = program.opts<Target & { json?: boolean }>();
      // Not before it is known what to do: the clients take half a second to load.
      const { connect } = await import('./connect.ts');
      const connection = await connect(options);
      ownSignIn = connection.ownSignIn;
      if (connection.guessed && (!told?.saysWhere || options.json)) out.note(`Looking at ${connection.where}.`);
      try {
        code = await work(
          { ...connection, out, json: options.json ?? false, now: Date.now(), self: typedAs(options) },
          ...args,
        );
      } finally {
        await connection.close();
      }
    };
  const free: Runners['free'] =
    work =>
    async (...args) => {
      const { json = false, ...target } = program.opts<Target & { json?: boolean }>();
      code = await work({ out, json, target }, ...args);
    };
  for (const register of COMMANDS) register(program, { act, free });
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  addCompletion(program);
  const json = argv.includes('--json');
  try {
    // A day such as -7d is no option, and means the same without its dash.
    await program.parseAsync(
      argv.map(word => word.replace(/^-(?=\d{1,5}d$)/, '')),
      { from: 'user' },
    );
    return code;
  } catch (thrown) {
    const failure = failureFor(thrown, ownSignIn, json, argv);
    if (failure.error !== undefined) tellError(failure.error, out, json, typedAs(program.opts()));
    return failure.code;
  }
}

const OWN_SIGN_IN: Readonly<Partial<Record<ReasonCode, string>>> = {
  'auth.unavailable':
    'This is your own sign-in, not the app’s: `az login`, and `az account set` where there are several.',
  'auth.rejected': 'This is your own sign-in, not the app’s: `az login` into the tenant of the account.',
  'storage.forbidden':
    'This is your own sign-in, not the app’s: it is you who needs the role (docs/deploy.md), and your network.',
};

const ARGUMENTS_SHOWN = 2;

/** Short, so that what a command does has room on a narrow terminal; its own help has all of it. */
function subcommandTerm(command: Command): string {
  const words = command.registeredArguments.slice(0, ARGUMENTS_SHOWN).map(each => {
    const word = `${each.name()}${each.variadic ? '...' : ''}`;
    return each.required ? `<${word}>` : `[${word}]`;
  });
  return [command.name(), ...words].join(' ');
}

interface Failure {
  readonly code: ExitCode;
  /** Absent where it has been told, or needs no word. */
  readonly error?: { readonly reason: string; readonly message: string; readonly hint?: string | undefined };
}

function failureFor(thrown: unknown, ownSignIn: boolean, json: boolean, argv: readonly string[]): Failure {
  // Help and version end this way too; commander has said what there is to say.
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode === 0) return { code: 0 };
    // The help has been shown, which says it all.
    if (thrown.code === 'commander.help' && !json) return { code: 2 };
    return { code: 2, error: { reason: 'usage', message: wordsOf(thrown, argv), hint: 'Add --help for help.' } };
  }
  if (thrown instanceof Stopped) return { code: 130 };
  if (thrown instanceof UsageError) return { code: 2, error: { reason: 'usage', message: thrown.message } };
  if (thrown instanceof CommandError) {
    const { code, reason, message } = thrown;
    return { code, error: { reason, message } };
  }
  if (!(thrown instanceof LandlineError)) {
    const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return { code: 1, error: { reason: 'worker.bug', message } };
  }
  const { reason, message } = failureOf(thrown);
  // The message was written for the app; here somebody sits at a keyboard with a sign-in of their own.
  const hint = ownSignIn ? OWN_SIGN_IN[reason] : undefined;
  return { code: /^(storage|auth)\./.test(reason) ? 3 : 1, error: { reason, message, hint } };
}

/** Reasons that say no more than the message. */
const WORDLESS: ReadonlySet<string> = new Set([
  'usage',
  'worker.bug',
  'app.unreachable',
  'curated.none',
  'curated.damaged',
]);

/** With `--json` an error is an answer as well. */
function tellError(
  { reason, message, hint = '' }: NonNullable<Failure['error']>,
  out: Output,
  json: boolean,
  self: string,
): void {
  if (json) out.json({ error: { reason, message: `${message} ${hint}`.replace(/\s*\n\s*/g, ' ').trim() } });
  else out.note(withTyped(WORDLESS.has(reason) ? `error: ${message}` : `error: ${message} (${reason})`, self));
  if (!json && hint !== '') out.note(hint);
}
