import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { voximplantSms } from '../../shared/datasets/voximplant-sms.ts';
import { lastDay } from '../../shared/ledger/owed.ts';
import { verify } from '../../shared/verify/verify.ts';
import { addDays, DAY_MS, eachDay, HOUR_MS } from '../../shared/words/day.ts';
import type { DayEntry } from '../../shared/words/ledger.ts';
import type { Day } from '../../shared/words/model.ts';
import { partitionPath } from '../../shared/words/paths.ts';
import { POSIX } from '../system.ts';
import { waitFor } from '../wait.ts';
import { Dice } from './dice.ts';
import { type Rig, startRig, type Worker } from './kills-setup.ts';

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
const QUIET_MS = 300_000;

export interface Kills {
  readonly summary: string;
  readonly failures: readonly string[];
}

export async function runKills(kills: number, seed: number): Promise<Kills> {
  const dice = new Dice(seed);
  const rig = await startRig(HISTORY_DAYS);
  const failures: string[] = [];
  const events = new Map<string, number>();
  let [killed, stopped, rounds, days] = [0, 0, 0, 0];
  try {
    while (killed + stopped < kills && failures.length === 0) {
      if (rounds++ > 0) rig.jump(25 * HOUR_MS);
      const started = Array.from({ length: WORKERS }, () => rig.start());
      for (let left = Math.min(KILLS_PER_ROUND, kills - killed - stopped); left > 0; left--) {
        await sleep(dice.between(50, 1_000));
        if (!POSIX || dice.chance(0.75)) {
          await rig.kill(victim(rig, dice));
          started.push(rig.start());
          killed += 1;
        } else {
          freeze(victim(rig, dice), dice.between(200, 9_000));
          stopped += 1;
        }
      }
      days += await settle(rig, failures);
      await Promise.all([...rig.workers].map(worker => rig.kill(worker)));
      for (const worker of started) for (const [event, count] of worker.events) add(events, event, count);
      await check(rig, failures);
    }
  } finally {
    await rig.stop();
  }
  const told = [...events].sort(([a], [b]) => (a < b ? -1 : 1)).map(([event, count]) => `${event} ${count}`);
  const summary = `${killed} processes killed and ${stopped} stopped for a while, in ${rounds} rounds over ${days} reads of days; ${failures.length} errors (seed ${seed}); ${told.join(', ')}`;
  return { summary, failures };
}

function victim(rig: Rig, dice: Dice): Worker {
  const [first, ...rest] = rig.workers;
  return dice.pick([first ?? rig.start(), ...rest]);
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
async function settle(rig: Rig, failures: string[]): Promise<number> {
  let open: string[] = [];
  const isQuiet = async (): Promise<boolean> => {
    open = [];
    for (const { name } of DATASETS) {
      const entries = new Map((await rig.ledger.days(name)).map(({ value }) => [value.day, value]));
      for (const day of daysOf(rig)) {
        const entry = entries.get(day);
        if (!isRead(entry, rig)) open.push(`${name} ${day} ${entry?.work.state} ${entry?.work.errorKind ?? ''}`);
      }
    }
    return open.length === 0;
  };
  const waiting = { saw: () => open, limitMs: QUIET_MS, everyMs: 250 };
  await waitFor('every day is read', isQuiet, waiting).catch(thrown => failures.push(String(thrown)));
  return DATASETS.length * daysOf(rig).length;
}

function isRead(entry: DayEntry | undefined, rig: Rig): boolean {
  if (entry?.held === undefined || entry.work.state !== 'idle') return false;
  return entry.held.settledAt !== undefined || Date.parse(entry.held.checkedAt) >= rig.now() - 1_000;
}

function daysOf(rig: Rig): Day[] {
  const last = lastDay(rig.now());
  return [...eachDay(addDays(last, 1 - HISTORY_DAYS), last)];
}

/** Every partition is the truth, recounts to its receipt, and is the only blob of its day. */
async function check(rig: Rig, failures: string[]): Promise<void> {
  const names = new Set<string>();
  for await (const { name } of rig.raw.listBlobsFlat()) {
    if (names.has(name)) failures.push(`${name} is there twice`);
    names.add(name);
  }
  for (const dataset of DATASETS) {
    for (const day of daysOf(rig)) {
      if (!names.has(partitionPath(dataset.name, day))) failures.push(`${dataset.name} ${day} has no partition`);
      await checkDay(rig, dataset, day, failures);
    }
    for (const name of names) {
      const day = /date=([\d-]+)\//.exec(name)?.[1] ?? '';
      const known = DATASETS.some(each => name === partitionPath(each.name, day));
      if (!known) failures.push(`${name} is no partition`);
    }
  }
  const clock = { now: () => rig.now() + DAY_MS };
  const { findings } = await verify({ datasets: DATASETS, lake: rig.lake, ledger: rig.ledger, clock }, { mark: false });
  for (const { kind, message } of findings) failures.push(`verify says ${kind}: ${message}`);
}

async function checkDay(rig: Rig, { name }: (typeof DATASETS)[number], day: Day, failures: string[]): Promise<void> {
  const text = await textOf(await rig.lake.read(name, day));
  const receipt = (await rig.lake.head(name, day))?.receipt;
  const lines = text === '' ? [] : text.slice(0, -1).split('\n');
  const entry = (await rig.ledger.day(name, day))?.value;
  // A settled day is not read again, although its rows may still have changed.
  const truth = rig.simulator.truth(name, day).map(row => row.replace(/[\r\n]/g, ' '));
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
  if ((await rig.lake.lastKept(name, day)) < revision - 1) failures.push(`${name} ${day} has no r${revision - 1}`);
}

async function textOf(chunks: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks ?? []) parts.push(chunk);
  return Buffer.concat(parts).toString();
}
