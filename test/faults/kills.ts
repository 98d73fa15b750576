import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { voximplantSms } from '../../shared/datasets/voximplant-sms.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { verify } from '../../shared/verify/verify.ts';
import { addDays, DAY_MS, eachDay, HOUR_MS } from '../../shared/words/day.ts';
import type { DayEntry } from '../../shared/words/ledger.ts';
import type { Day } from '../../shared/words/model.ts';
import { partitionPath } from '../../shared/words/paths.ts';
import { POSIX } from '../system.ts';
import { waitFor } from '../wait.ts';
import { Dice } from './dice.ts';
import { type KillsSetup, startKillsSetup, type Worker } from './kills-setup.ts';

/**
 * Real worker processes against the emulator and the simulator, killed and stopped at random moments. The emulator is
 * never killed: it saves its state every few seconds, and would lose what it had acknowledged.
 *
 * Rounds: time jumps by a day, so that all days are owed a read and some have changed; workers are killed while they
 * read; then they are left alone until nothing is owed, and every partition is compared with the simulator's truth.
 */

const DATASETS = [teamsPstnCalls, voximplantSms] as const;
const HISTORY_DAYS = 12;
const KILLS_PER_ROUND = 7;
const WORKERS = 2;
const QUIET_MS = 480_000;

export interface Kills {
  readonly summary: string;
  readonly failures: readonly string[];
}

export async function runKills(kills: number, seed: number): Promise<Kills> {
  const dice = new Dice(seed);
  const setup = await startKillsSetup(HISTORY_DAYS);
  const failures: string[] = [];
  const events = new Map<string, number>();
  let [killed, stopped, rounds, days] = [0, 0, 0, 0];
  try {
    while (killed + stopped < kills && failures.length === 0) {
      if (rounds++ > 0) setup.jump(25 * HOUR_MS);
      const started = Array.from({ length: WORKERS }, () => setup.start());
      for (let left = Math.min(KILLS_PER_ROUND, kills - killed - stopped); left > 0; left--) {
        await sleep(dice.between(50, 1_000));
        if (!POSIX || dice.chance(0.75)) {
          await setup.kill(victim(setup, dice));
          started.push(setup.start());
          killed += 1;
        } else {
          freeze(victim(setup, dice), dice.between(200, 9_000));
          stopped += 1;
        }
      }
      days += await settle(setup, failures);
      await Promise.all([...setup.workers].map(worker => setup.kill(worker)));
      for (const worker of started) for (const [event, count] of worker.events) add(events, event, count);
      await check(setup, failures);
    }
  } finally {
    await setup.stop();
  }
  const told = [...events].sort(([a], [b]) => (a < b ? -1 : 1)).map(([event, count]) => `${event} ${count}`);
  const summary = `${killed} processes killed and ${stopped} stopped for a while, in ${rounds} rounds over ${days} reads of days; ${failures.length} errors (seed ${seed}); ${told.join(', ')}`;
  return { summary, failures };
}

function victim(setup: KillsSetup, dice: Dice): Worker {
  const [first, ...rest] = setup.workers;
  return dice.pick([first ?? setup.start(), ...rest]);
}

/** The process stands still, and wakes when others may have taken its days over. */
function freeze({ child }: Worker, ms: number): void {
  child.kill('SIGSTOP');
  setTimeout(() => child.kill('SIGCONT'), ms);
}

function add(counts: Map<string, number>, what: string, count: number): void {
  counts.set(what, (counts.get(what) ?? 0) + count);
}

/** Waits until every day was read since time jumped, and nothing is under way. */
async function settle(setup: KillsSetup, failures: string[]): Promise<number> {
  let open: string[] = [];
  const isQuiet = async (): Promise<boolean> => {
    open = [];
    for (const { name } of DATASETS) {
      const entries = new Map((await setup.ledger.days(name)).map(({ value }) => [value.day, value]));
      for (const day of daysOf(setup)) {
        const entry = entries.get(day);
        if (!isRead(entry, setup)) open.push(`${name} ${day} ${entry?.work.state} ${entry?.work.errorKind ?? ''}`);
      }
    }
    return open.length === 0;
  };
  const waiting = { saw: () => open, limitMs: QUIET_MS, everyMs: 250 };
  await waitFor('every day is read', isQuiet, waiting).catch(thrown => failures.push(String(thrown)));
  return DATASETS.length * daysOf(setup).length;
}

function isRead(entry: DayEntry | undefined, setup: KillsSetup): boolean {
  if (entry?.held === undefined || entry.work.state !== 'idle') return false;
  return entry.held.settledAt !== undefined || Date.parse(entry.held.checkedAt) >= setup.now() - 1_000;
}

function daysOf(setup: KillsSetup): Day[] {
  const last = lastDay(setup.now());
  return [...eachDay(addDays(last, 1 - HISTORY_DAYS), last)];
}

/** Every partition is the truth, recounts to its receipt, and is the only blob of its day. */
async function check(setup: KillsSetup, failures: string[]): Promise<void> {
  const names = new Set<string>();
  for await (const { name } of setup.raw.listBlobsFlat()) {
    if (names.has(name)) failures.push(`${name} is there twice`);
    names.add(name);
  }
  for (const dataset of DATASETS) {
    for (const day of daysOf(setup)) {
      if (!names.has(partitionPath(dataset.name, day))) failures.push(`${dataset.name} ${day} has no partition`);
      await checkDay(setup, dataset, day, failures);
    }
    for (const name of names) {
      const day = /date=([\d-]+)\//.exec(name)?.[1] ?? '';
      const known = DATASETS.some(each => name === partitionPath(each.name, day));
      if (!known) failures.push(`${name} is no partition`);
    }
  }
  const clock = { now: () => setup.now() + DAY_MS };
  const { findings } = await verify(
    { datasets: DATASETS, lake: setup.lake, ledger: setup.ledger, clock },
    { mark: false },
  );
  for (const { kind, message } of findings) failures.push(`verify says ${kind}: ${message}`);
}

async function checkDay(
  setup: KillsSetup,
  { name }: (typeof DATASETS)[number],
  day: Day,
  failures: string[],
): Promise<void> {
  const text = await textOf(await setup.lake.read(name, day));
  const receipt = (await setup.lake.head(name, day))?.receipt;
  const lines = text === '' ? [] : text.slice(0, -1).split('\n');
  const entry = (await setup.ledger.day(name, day))?.value;
  // A settled day is not read again, although its rows may still have changed.
  const truth = setup.simulator.truth(name, day).map(row => row.replace(/[\r\n]/g, ' '));
  const settled = entry?.held?.settledAt !== undefined;
  if (!settled && [...lines].sort().join('\n') !== truth.sort().join('\n'))
    failures.push(
      `${name} ${day} r${receipt?.revision} has ${lines.length} rows that are not the truth's ${truth.length}`,
    );
  let sum = 0n;
  for (const line of lines) sum += BigInt(`0x${createHash('sha256').update(line).digest('hex').slice(0, 32)}`);
  const print = `${lines.length}-${(sum % 2n ** 128n).toString(16).padStart(32, '0')}`;
  if (print !== receipt?.fingerprint)
    failures.push(`${name} ${day} is ${print}, its receipt says ${receipt?.fingerprint}`);
  const { revision = 0 } = receipt ?? {};
  if ((await setup.lake.lastKept(name, day)) < revision - 1) failures.push(`${name} ${day} has no r${revision - 1}`);
}

async function textOf(chunks: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks ?? []) parts.push(chunk);
  return Buffer.concat(parts).toString();
}
