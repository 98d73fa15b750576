import { z } from 'zod';
import { jsonOf } from '../../local/json.ts';
import { runningIn } from '../../local/start/folder.ts';
import { isLoopback } from '../../shared/config/loopback.ts';
import type { Diagnosis, Result } from '../../shared/doctor/diagnose.ts';
import { counted } from '../../shared/status/text.ts';
import { finding } from '../answers/finding.ts';
import { examples, type Register } from '../command.ts';
import type { ExitCode } from '../exit-codes.ts';
import { placeOf, settingsIn, type Target, type Values, withCredentials } from '../settings-files.ts';
import type { Colour } from '../terminal/colours.ts';
import type { Output } from '../terminal/output.ts';
import { typedAs, withTyped } from '../terminal/typed.ts';
import { CommandError, UsageError } from '../usage-error.ts';

/** Function keys are secrets: from the environment they are in no list of processes and in no shell's history. */
const KEY_VARIABLE = 'AZURE_FUNCTION_KEY';

/** The app looks at seven logs with patience. */
const ANSWER_MS = 200_000;

interface Asked {
  readonly app?: string;
  readonly key?: string;
}

export const doctor: Register = (program, { free }) => {
  program
    .command('doctor')
    .description('Checks what Landline needs to run, and says of each problem what to do next and who can do it')
    .option(
      '--app <url>',
      'ask the deployed app, such as https://<app>.azurewebsites.net: only the app itself can check with its own identity',
    )
    .option('--key <key>', `function key of the app (better: the environment variable ${KEY_VARIABLE})`)
    .addHelpText(
      'after',
      examples('landline doctor', 'landline doctor --app https://<app>.azurewebsites.net', 'landline doctor --json'),
    )
    .action(
      free(async ({ out, json, target }, { app, key }: Asked): Promise<ExitCode> => {
        const asked = app === undefined ? await lookLocally(target) : await askApp(app, key);
        if (json) out.json(asked);
        else tell(asked, out, typedAs(target));
        return asked.result === 'fine' ? 0 : 1;
      }),
    );
};

const RESULTS: Readonly<Record<Result, { readonly mark: string; readonly colour: Colour }>> = {
  fine: { mark: 'fine   ', colour: 'green' },
  warning: { mark: 'warning', colour: 'yellow' },
  broken: { mark: 'broken ', colour: 'red' },
  skipped: { mark: 'skipped', colour: 'gray' },
};

/** As they are told: what a person has to see to first. Of one result, causes before what follows from them. */
const ORDER: readonly Result[] = ['broken', 'warning', 'skipped', 'fine'];

/** @param self how this Landline is called */
function tell({ findings, result, version }: Answer, out: Output, self: string): void {
  out.line(`Landline ${version}`);
  const count = (of: Result) => findings.filter(each => each.result === of).length;
  const [broken, warnings] = [count('broken'), count('warning')];
  const wrong = [...(broken > 0 ? [`${broken} broken`] : []), ...(warnings > 0 ? [counted(warnings, 'warning')] : [])];
  out.line(out.paint('bold', result === 'fine' ? 'Everything is fine.' : `${wrong.join(', ')}.`));
  if (findings.length > 0) out.line();
  const told = findings.toSorted((a, b) => ORDER.indexOf(a.result) - ORDER.indexOf(b.result));
  for (const { check, about, result: each, meaning, next, who } of told) {
    const { mark, colour } = RESULTS[each];
    out.line(
      `${out.paint(colour, mark)}  ${out.paint('bold', [check, about].filter(Boolean).join(' '))}: ${withTyped(meaning, self)}`,
    );
    if (next !== undefined) out.line(`         next: ${withTyped(next, self)}`);
    if (who !== undefined) out.line(`         who:  ${who}`);
  }
}

/** By the settings of `npm start`, of the file that was named, or of the developer's own file. */
async function lookLocally(target: Target): Promise<Diagnosis> {
  const env = withCredentials(await settingsOf(target));
  // Not before it is known what to do: the clients take half a second to load.
  const [{ compose }, { readConfig }, { diagnose }, { systemClock }] = await Promise.all([
    import('../../shared/app/compose.ts'),
    import('../../shared/config/config.ts'),
    import('../../shared/doctor/diagnose.ts'),
    import('../../shared/app/clock.ts'),
  ]);
  return diagnose(() => ({ ...compose(readConfig(env)), clock: systemClock }), systemClock, '<app>');
}

async function settingsOf(target: Target): Promise<Values> {
  const place = placeOf(target, 'the address of the app (--app URL)');
  if ('account' in place)
    throw new UsageError('Only the app has its identity: ask it with --app URL, or name a settings file (--settings).');
  if ('settings' in place) return settingsIn(place.settings);
  const running = await runningIn(place.folder);
  if (running !== undefined) return running;
  throw new UsageError(
    `npm start is not running over ${place.folder}: start it, or name a settings file (--settings FILE) or an app (--app URL).`,
  );
}

const diagnosis = z.object({
  format: z.literal(1),
  // An app from before there was one.
  version: z.string().default('unknown'),
  asOf: z.string(),
  result: finding.shape.result,
  findings: z.array(finding).readonly(),
});
/** A diagnosis made here, or one of an app that may be of another version. */
type Answer = z.output<typeof diagnosis>;

/** @throws CommandError when the app cannot be reached or does not answer as it should */
async function askApp(app: string, given: string | undefined): Promise<Answer> {
  const key = given ?? process.env[KEY_VARIABLE];
  if (!URL.canParse(app) || (!app.startsWith('https:') && !isLoopback(app)))
    throw new UsageError(
      `--app: expected an address such as https://<app>.azurewebsites.net, got ${JSON.stringify(app)}`,
    );
  const { origin, host } = new URL(app);
  try {
    const headers = key === undefined ? {} : { 'x-functions-key': key };
    const answer = await fetch(`${origin}/api/doctor`, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (answer.status === 401)
      throw new UsageError(
        `${host} does not accept the key. az functionapp keys list --name ${host.split('.')[0]} --resource-group <group> --query functionKeys.default --output tsv shows it; set it as ${KEY_VARIABLE}`,
      );
    const told = diagnosis.safeParse(jsonOf(await answer.text()));
    if (answer.status === 200 && told.success) return told.data;
    throw unreachable(
      `${host} answered ${answer.status} and not as Landline does. Is it the right app, and is it running?`,
    );
  } catch (thrown) {
    if (thrown instanceof UsageError || thrown instanceof CommandError) throw thrown;
    throw unreachable(
      `${host} cannot be reached. Is the address right, is the app running, may this network reach it?`,
    );
  }
}

function unreachable(message: string): CommandError {
  return new CommandError('app.unreachable', 3, message);
}
