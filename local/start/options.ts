import { Command, CommanderError, Option } from 'commander';
import { UsageError } from '../../cli/usage-error.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import type { FaultRule } from '../simulator/faults.ts';
import { datasetNames, loopback, namedFault, share, text, whole } from './values.ts';

/** The flags of `npm start`, checked. Pure but for what `--help` prints. */

export interface Options {
  /** Absent: as many as the folder was started with, or the default. */
  readonly days?: number;
  readonly rows?: number;
  readonly seed?: number;
  /** Absent: all of them. */
  readonly datasets?: readonly string[];
  readonly data?: string;
  readonly out?: string;
  /** Of the coverage page, on the loopback interface. Absent: the usual one, or a free one when it is taken. */
  readonly port?: number;
  readonly exit: boolean;
  readonly json: boolean;
  readonly graph?: string;
  readonly voximplant?: string;
  readonly faults?: number;
  /** Faults by name, in the order in which they are looked at: the first that fits a request is injected. */
  readonly fault?: readonly FaultRule[];
  readonly late: boolean;
  readonly tenant: boolean;
}

/** Where Azure's own tools serve an app. */
export const USUAL_PORT = 7071;

export const DEFAULTS = { days: 14, tenantDays: 3, rows: 500, seed: 1, data: '.landline' } as const;

const EXAMPLES = `
Examples:
  npm start                                        two simulated weeks; keeps running until Ctrl-C
  npm start -- --exit --out landed                 the same, then stop; the rows are plain files in landed/
  npm start -- --late --exit                       after a first run: late rows arrive and change their days
  npm start -- --data .landline/small --days 5 --datasets teams-sms --exit
                                                   one log, in a folder of its own
  npm start -- --data .landline/poor --days 7 --faults 0.2 --exit
                                                   one request in five fails, and all days land
  npm start -- --data .landline/drill --fault forbidden@teams-sms --exit
                                                   one log cannot be read: see Rehearsing in docs/operations.md
  npm start -- --graph http://127.0.0.1:8080 --exit
                                                   your own server instead of the simulator
  AZURE_TENANT_ID=… AZURE_CLIENT_ID=… AZURE_CLIENT_SECRET=… npm start -- --tenant --exit
                                                   real days of a real tenant

Datasets: ${DATASETS.map(({ name }) => name).join(', ')}

The landed data stays in the data folder. The next start continues where the last one stopped, and does not read settled
days again. To start over, delete the folder.
Exit codes: 0 every owed day landed; 1 not every day landed; 2 a wrong flag or setting; 130 stopped by Ctrl-C.
`;

/**
 * @returns `undefined` when help was asked for and printed
 * @throws UsageError
 */
export function parseOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Options | undefined {
  const said: string[] = [];
  const program = command(text => said.push(text));
  try {
    program.parse(argv, { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode === 0) return undefined;
    const dashes =
      thrown.code === 'commander.excessArguments' ? ' Put two dashes before the flags: npm start -- --days 5' : '';
    throw new UsageError(
      said
        .join('')
        .trim()
        .replace(/^error: /, '') + dashes,
    );
  }
  const given: Partial<Options> = program.opts();
  const options: Options = { exit: false, json: false, late: false, tenant: false, ...given };
  refuseSwallowed(program, env);
  refuseMixture(options);
  return options;
}

function command(error: (text: string) => void): Command {
  return new Command('npm start --')
    .description('Runs Landline on this machine: storage emulator, simulated sources, and the real functions.')
    .option(
      '--days <n>',
      `how many complete days to land, counted back from yesterday (${DEFAULTS.days}; with --tenant ${DEFAULTS.tenantDays}); later runs with the same folder may set more, not fewer`,
      whole(1, 3650),
    )
    .option('--rows <n>', `average rows of a dataset per day (${DEFAULTS.rows})`, whole(0, 10_000_000))
    .option(
      '--seed <n>',
      `which simulated tenant: the same seed gives the same rows (${DEFAULTS.seed})`,
      whole(0, 2 ** 31 - 1),
    )
    .option('--datasets <a,b>', 'what to land (all, or what the last run with the folder named)', datasetNames)
    .option(
      '--data <dir>',
      `data folder, which keeps everything between runs (${DEFAULTS.data}; ${DEFAULTS.data}-tenant with --tenant, ${DEFAULTS.data}-server with --graph or --voximplant)`,
      text,
    )
    .option(
      '--out <dir>',
      'copy the partitions to plain files in this folder, with their paths in the container raw',
      text,
    )
    .option(
      '--port <n>',
      `port of the coverage page, which only this machine can open (${USUAL_PORT}, or a free port if that is in use)`,
      whole(1, 65_535),
    )
    .option(
      '--exit',
      'stop when no day is owed any more, or when all days that are left have failed for a minute or must wait for five minutes',
    )
    .option('--json', 'print one summary object on stdout, and everything else on stderr')
    .option('--graph <url>', 'read Graph from this server on this machine, not from the simulator', loopback)
    .option(
      '--voximplant <url>',
      'read Voximplant from this server on this machine (/platform_api if it has no path)',
      loopback,
    )
    .addOption(
      new Option(
        '--faults <p>',
        'let this share (0 to 1) of the requests to the simulator fail, with faults from which Landline recovers by itself',
      ).argParser(share),
    )
    .option(
      '--fault <name[@dataset[/day]]>',
      'let every matching request of this run fail with this fault of docs/faults.md; may be given more than once',
      namedFault,
    )
    .option('--late', 'let the late rows of the simulated tenant arrive now, and read every day again')
    .option(
      '--tenant',
      'land real days of a real tenant in the emulator; signs in with AZURE_TENANT_ID, AZURE_CLIENT_ID, and either AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH',
    )
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ writeErr: error });
}

/** Without the two dashes npm takes our flags for its own, and hands them on as settings that nobody reads. */
function refuseSwallowed(program: Command, env: Readonly<Record<string, string | undefined>>): void {
  for (const name of program.options.map(option => option.name())) {
    // `--json` is one of npm's own.
    if (name === 'json' || env[`npm_config_${name}`] === undefined) continue;
    throw new UsageError(`npm kept the flag --${name} for itself. Put two dashes before it: npm start -- --${name} …`);
  }
}

/** One folder, one source of rows: simulated, of another server, or real. */
function refuseMixture(options: Options): void {
  const server = options.graph ?? options.voximplant;
  if (options.tenant && server !== undefined) {
    throw new UsageError('--tenant reads the real services, so it cannot be used with --graph or --voximplant.');
  }
  if (!options.tenant && server === undefined) return;
  const simulated = (['rows', 'seed', 'faults', 'fault'] as const).filter(name => options[name] !== undefined);
  for (const name of [...simulated, ...(options.late ? ['late'] : [])]) {
    const other = options.tenant ? '--tenant' : '--graph or --voximplant';
    throw new UsageError(`--${name} is only for the simulator, so it cannot be used with ${other}.`);
  }
}
