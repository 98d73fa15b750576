import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/create-storage.ts';
import { type Host, startHost } from '../../local/host.ts';
import { type SimulatorOptions, startSimulator } from '../../local/simulator/index.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { blobLake } from '../../shared/stores/lake.ts';
import { tableLedger } from '../../shared/stores/ledger.ts';
import { LEDGER_TABLE } from '../../shared/words/storage-names.ts';
import { checkAnswer } from '../answers.ts';
import { processOf } from '../wait.ts';

/** The product on this machine, and the command line beside it as a process of its own. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const CLI = join(ROOT, 'cli/landline.mjs');

/** Timers run when a test says so. */
const NEVER = '0 0 0 1 1 *';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `landline` as a shell would, in a folder without any settings. */
export async function landline(cwd: string, ...args: readonly string[]): Promise<Ran> {
  // As it is called without npx, whatever has started the tests.
  const { npm_command: _, ...env } = process.env;
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const { said, ended } = processOf(`landline ${args.join(' ')}`, child);
  const { code } = await ended();
  if (args.includes('--json') && said.stdout !== '') checkAnswer(args, said.stdout);
  return { code, ...said };
}

export async function startCliSetup(simulated: SimulatorOptions, settings: Readonly<Record<string, string>>) {
  const [azurite, simulator] = await Promise.all([startAzurite(), startSimulator(simulated)]);
  const { connectionString } = azurite;
  const clients = storageClients({ connectionString });
  await createPlaces(clients);
  const table = clients.table(LEDGER_TABLE);
  const folder = await mkdtemp(join(tmpdir(), 'landline-cli-'));
  const file = join(folder, 'settings.json');
  const Values = {
    AzureWebJobsStorage: connectionString,
    PLAN_SCHEDULE: NEVER,
    LANDLINE_CREDENTIAL: 'simulator',
    LANDLINE_GRAPH_URL: simulator.graphUrl,
    ...settings,
  };
  await writeFile(file, JSON.stringify({ IsEncrypted: false, Values }));
  let host: Host | undefined;

  return {
    folder,
    settingsFile: file,
    values: Values,
    simulator,
    table,
    clients,
    ledger: tableLedger(table, () => crypto.randomUUID()),
    lake: blobLake(clients.blobs),
    raw: clients.blobs.getContainerClient('raw'),

    /** Runs the command line against the app's settings. */
    run: (...args: readonly string[]) => landline(folder, ...args, '--settings', file),

    /** The same with `--json`, and its answer. */
    async json(...args: readonly string[]) {
      const ran = await landline(folder, ...args, '--json', '--settings', file);
      if (ran.stdout === '') throw new Error(`landline ${args.join(' ')}: ${ran.stderr}`);
      return { code: ran.code, answer: JSON.parse(ran.stdout) };
    },

    /** One tick of the planner, and all that follows from it. */
    async work(): Promise<void> {
      host ??= await startHost({
        root: ROOT,
        files: ['functions/plan.ts', 'functions/fetch.ts', 'functions/poison.ts'],
        connectionString,
        settings: Values,
        log: () => {},
      });
      await host.runTimer('plan');
      await host.drain();
    },

    async stop(): Promise<void> {
      await host?.stop();
      await simulator.stop();
      await azurite.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type CliSetup = Awaited<ReturnType<typeof startCliSetup>>;
