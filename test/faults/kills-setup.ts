import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startAzurite } from '../../local/azurite.ts';
import { createPlaces } from '../../local/create-storage.ts';
import { startSimulator } from '../../local/simulator/index.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { blobLake } from '../../shared/stores/lake.ts';
import { tableLedger } from '../../shared/stores/ledger.ts';
import { LEDGER_TABLE } from '../../shared/words/storage-names.ts';
import { environmentOf, falseClock } from '../clock.ts';
import { waitFor } from '../wait.ts';

/** Storage, simulator and worker processes of the kill loop. */

/** Three minutes of silence pass in four and a half seconds. */
const SCALE = 40;
const STARTS_AT = Date.parse('2026-03-10T06:00:00.000Z');

export interface Worker {
  readonly child: ChildProcess;
  /** Reported events by name. */
  readonly events: Map<string, number>;
}

export async function startKillsSetup(historyDays: number) {
  let now = STARTS_AT;
  const [azurite, simulator] = await Promise.all([
    startAzurite(),
    startSimulator({
      seed: 'kills',
      rows: 2_400,
      // The truth stands still within a round; workers' clocks do not.
      now: () => now,
      lateShare: 0.1,
      changedShare: 0.05,
      lateHours: [2, 70],
      changedHours: [2, 70],
      switches: { faults: 0.03, latencyMs: 200, voximplantAuth: 'any' },
    }),
  ]);
  const { connectionString } = azurite;
  const clients = storageClients({ connectionString });
  await createPlaces(clients);
  let clock = falseClock(now, SCALE);
  const settings = {
    AzureWebJobsStorage: connectionString,
    PLAN_SCHEDULE: '*/20 * * * * *',
    LANDLINE_CREDENTIAL: 'simulator',
    LANDLINE_GRAPH_URL: simulator.graphUrl,
    LANDLINE_VOXIMPLANT_URL: simulator.voximplantUrl,
    LANDLINE_VOXIMPLANT_KEY: simulator.account.keyFile,
    LANDLINE_VOXIMPLANT_IN_FLIGHT: '2',
    LANDLINE_DATASETS: 'teams-pstn-calls,voximplant-sms',
    LANDLINE_HISTORY_DAYS: String(historyDays),
    // Of the worker's fast time: a second.
    LANDLINE_FETCH_SECONDS: '40',
  };
  const workers = new Set<Worker>();

  return {
    simulator,
    workers,
    ledger: tableLedger(clients.table(LEDGER_TABLE), randomUUID),
    lake: blobLake(clients.blobs),
    raw: clients.blobs.getContainerClient('raw'),
    /** The truth's own time. */
    now: () => now,

    /** Time jumps; call while no worker runs. */
    jump(ms: number): void {
      now += ms;
      clock = falseClock(now, SCALE);
    },

    start(): Worker {
      const child = spawn(process.execPath, [fileURLToPath(new URL('./kill-worker.ts', import.meta.url))], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...environmentOf(clock), WORKER_SETTINGS: JSON.stringify(settings) },
      });
      const worker: Worker = { child, events: new Map() };
      child.stdout?.on('data', chunk => {
        for (const [, event = ''] of String(chunk).matchAll(/"event":"([^"]+)"/g))
          worker.events.set(event, (worker.events.get(event) ?? 0) + 1);
      });
      workers.add(worker);
      return worker;
    },

    /** As the machine's power cut would end it. */
    async kill(worker: Worker): Promise<void> {
      workers.delete(worker);
      if (worker.child.exitCode !== null || worker.child.signalCode !== null) return;
      const gone = once(worker.child, 'exit');
      worker.child.kill('SIGKILL');
      await waitFor('a killed worker is gone', gone);
    },

    async stop(): Promise<void> {
      await Promise.all([...workers].map(worker => this.kill(worker)));
      await simulator.stop();
      await azurite.stop();
    },
  };
}

export type KillsSetup = Awaited<ReturnType<typeof startKillsSetup>>;
