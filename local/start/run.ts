import { fileURLToPath } from 'node:url';
import { jsonText } from '../../cli/terminal/printable.ts';
import type { Config } from '../../shared/config/config.ts';
import { readFacts } from '../../shared/status/http-reply.ts';
import { MINUTE_MS } from '../../shared/words/day.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import { type Host, startHost } from '../host.ts';
import { copyOut, openOut } from './copy.ts';
import {
  arrivedBy,
  type Folder,
  noteHolds,
  noteRunning,
  noteStopped,
  openFolder,
  type Running,
  refuseSecondRun,
} from './folder.ts';
import { askOlderDays } from './history.ts';
import { Listener } from './listen.ts';
import { openLog } from './log.ts';
import { type Options, USUAL_PORT } from './options.ts';
import { portFor } from './port.ts';
import { Progress } from './progress.ts';
import { greet, pageAt, report, tellStart } from './report.ts';
import { type Screen, screenOn } from './screen.ts';
import { pause, type Settled, settle } from './settle.ts';
import { appSettings, checkConfig, type Sources, startSources } from './sources.ts';
import { readStandings, type Standing } from './standing.ts';
import { stopOnSignals } from './stop.ts';
import { type Storage, startStorage } from './storage.ts';
import { type Summary, summaryOf } from './summary.ts';
import { goBack, takeUp } from './take-up.ts';

/** A run of `npm start`, from the flags to the exit code. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** How long a stop waits for days that are being read. Those given up are taken up by the next start. */
const STOP_MS = 4_000;
/** How often a host that has nothing to do is looked at. */
const REST_MS = 15_000;
/** With `--exit`: how long a dataset of which every read fails is waited for. By then a day was tried three times. */
const FAILING_MS = MINUTE_MS;

/** @throws UsageError */
export async function run(options: Options): Promise<number> {
  const startedAt = Date.now();
  const screen = screenOn(options.json ? process.stderr : process.stdout, process.env, () => Date.now());
  const folder = await openFolder(options, process.env['AZURE_TENANT_ID'] ?? '', startedAt);
  await refuseSecondRun(folder.path);
  if (options.out !== undefined) await openOut(options.out);
  // Refused before anything is started, and taken as late as can be: another program may come first.
  const early = await portFor(options.port);
  const stop = stopOnSignals(line => screen.say(line));
  const tenant = { arrived: folder.holds.from === 'simulator' ? folder.holds.arrived : undefined };
  const sources = await startSources(options, folder.holds, () => tenant.arrived);
  try {
    const { datasets, off } = checkConfig(sources.settings, options);
    greet(screen, folder, early);
    if (early === 0) screen.say(`Another program uses port ${USUAL_PORT}: the coverage page gets another port.`);
    const storage = await startStorage(folder.path);
    try {
      await noteHolds(folder);
      await noteRunning(folder, runningBy(sources, storage));
      await takeUp(storage.ledger, datasets, options.late, Date.now());
      if (options.days !== undefined) await goBack(storage.ledger, datasets, options.days, Date.now());
      for (const { dataset, why } of off) screen.say(`${dataset} is off: ${why}.`);
      const port = await portFor(options.port);
      const on = { options, port, folder, sources, storage, datasets, off, tenant, screen, startedAt };
      return await work({ ...on, early, stop: stop.signal });
    } finally {
      await noteStopped(folder);
      await storage.azurite.stop();
    }
  } finally {
    await sources.stop();
    stop.dispose();
  }
}

function runningBy({ settings }: Sources, { azurite }: Storage): Running {
  return { settings: appSettings(settings, azurite.connectionString), pid: process.pid };
}

interface Run {
  readonly options: Options;
  /** 0: a free one. */
  readonly port: number;
  readonly folder: Folder;
  readonly sources: Sources;
  readonly storage: Storage;
  /** Those that are switched on. */
  readonly datasets: readonly Dataset[];
  readonly off: Config['off'];
  /** Of the simulator: the last day whose late rows have come. */
  readonly tenant: { arrived: Day | undefined };
  /** The port that was told at the start. */
  readonly early: number;
  readonly screen: Screen;
  readonly stop: AbortSignal;
  readonly startedAt: number;
}

async function work(on: Run): Promise<number> {
  const { options, folder, screen } = on;
  const before = await look(on);
  tellStart(screen, folder, options, before);
  const progress = new Progress(before, Date.now());
  const log = await openLog(folder.path);
  const listener = new Listener(screen, progress, log, on.sources.onPurpose);
  const host = await hostOf(on, listener);
  const page = host.url === undefined ? undefined : `${host.url}/api/status`;
  if (page !== undefined) await noteRunning(folder, { ...runningBy(on.sources, on.storage), page });
  if (host.url !== undefined && host.url !== new URL(pageAt(on.early)).origin) {
    // Another program may come first between the first line and this one.
    if (on.early !== 0) screen.say(`Port ${on.early} is taken by another program by now. The address has changed.`);
    screen.say(`Coverage page: ${page}`);
  }
  let watched: Watched;
  try {
    watched = await watch(on, { host, page, listener, progress, before });
  } finally {
    await host.stop();
    await log.close();
  }
  const { ended, told } = watched;
  const { summary, leftOut, news } = await conclude(on, before);
  if (news === told) screen.say('Stopped.');
  else {
    const { daysHealed } = progress;
    report(screen, { options, summary, ended, daysHealed, page: undefined, leftOut });
  }
  if (options.json) process.stdout.write(`${jsonText(summary)}\n`);
  if (listener.refusal.aborted) return 2;
  return ended === 'stopped' ? 130 : summary.ok ? 0 : 1;
}

function hostOf({ options, port, storage: { azurite }, sources }: Run, listener: Listener): Promise<Host> {
  const { connectionString } = azurite;
  return startHost({
    root: ROOT,
    main: 'functions/*.ts',
    port,
    orAnyPort: options.port === undefined,
    connectionString,
    settings: appSettings(sources.settings, connectionString),
    log: line => listener.hear(line),
    stopWaitMs: STOP_MS,
  });
}

interface Watched {
  readonly ended: Settled;
  /** The news that was reported last. */
  readonly told: string;
}

interface Watch {
  readonly host: Host;
  /** Address of the coverage page. */
  readonly page: string | undefined;
  readonly listener: Listener;
  readonly progress: Progress;
  readonly before: readonly Standing[];
}

/**
 * With `--exit`, until nothing is owed or nothing more is to be hoped for; otherwise until somebody stops it, with a
 * report whenever something is new.
 */
async function watch(on: Run, { host, page, listener, progress, before }: Watch): Promise<Watched> {
  const { options, screen } = on;
  const signal = AbortSignal.any([on.stop, listener.refusal]);
  for (let told = ''; ; await pause(REST_MS, signal)) {
    const rest = () =>
      settle({
        host,
        signal,
        look: () => look(on),
        movedAt: () => listener.movedAt,
        hopeless: () => (options.exit ? progress.failingFrom(Date.now() - FAILING_MS) : new Set()),
        onWait: until => listener.wait(until),
      });
    let ended = await rest();
    if (ended === 'settled') ended = await growOlder(on, rest);
    if (ended === 'stopped' || options.exit) return { ended, told };
    const { summary, leftOut, news } = await conclude(on, before);
    if (news === told) continue;
    told = news;
    const { daysHealed } = progress;
    report(screen, { options, summary, ended, daysHealed, page, leftOut });
    screen.say('\nLandline keeps running, and lands each day after it has ended. Ctrl-C stops it.');
  }
}

/** What is read again of older days after the first run, so that a simulated tenant has a history. See history.ts. */
async function growOlder({ options, folder, storage, datasets, tenant, screen }: Run, rest: () => Promise<Settled>) {
  const { holds } = folder;
  // A drill shows one fault, and nothing beside it.
  if (holds.from !== 'simulator' || holds.late || tenant.arrived !== undefined || options.fault !== undefined)
    return 'settled';
  const arrived = arrivedBy(Date.now());
  tenant.arrived = arrived;
  await noteHolds({ ...folder, holds: { ...holds, arrived } });
  // Twice: a read that finds late rows is followed by one that finds nothing new.
  let told = false;
  for (let round = 0; round < 2; round++) {
    if ((await askOlderDays(storage.ledger, datasets, arrived, Date.now())) === 0) break;
    if (!told) screen.say('In the simulated tenant late rows have arrived now: older days are read again.');
    told = true;
    const ended = await rest();
    if (ended !== 'settled') return ended;
  }
  return 'settled';
}

function look({ storage, datasets, folder }: Run): Promise<Standing[]> {
  return readStandings(storage.ledger, datasets, folder.holds.days, () => Date.now());
}

interface Concluded {
  readonly summary: Summary;
  /** Days that were not copied. */
  readonly leftOut: readonly string[];
  /** Equal news: there is nothing to report since. */
  readonly news: string;
}

/** Copies what landed, and sums up. */
async function conclude(on: Run, before: readonly Standing[]): Promise<Concluded> {
  const { options, folder, sources, storage, datasets, off, startedAt } = on;
  const leftOut = options.out === undefined ? [] : await copyOut(storage.lake, datasets, options.out);
  const after = await look(on);
  const now = Date.now();
  const { ledger, pulse } = storage;
  const status = await readFacts({ datasets, off, ledger, pulse, backlog: undefined, clock: { now: () => now } });
  const where = { simulator: sources.simulator, dataFolder: folder.path, out: options.out };
  const summary = summaryOf({ ...where, before, after, status, startedAt, now });
  const revisions = after.map(({ held }) => [...held].map(([day, { revision }]) => [day, revision]));
  return { summary, leftOut, news: JSON.stringify([revisions, status.verdict, leftOut]) };
}
