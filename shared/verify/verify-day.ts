import { FORMAT } from '../commit/commit.ts';
import { changeDay } from '../ledger/change-day.ts';
import { isBroken } from '../ledger/day-state.ts';
import { EMPTY_DIGEST, fingerprintOf } from '../rows/fingerprint.ts';
import { type Looked, type Recount, recountRows } from '../rows/recount.ts';
import { instantOf } from '../words/day.ts';
import { failureOf, isDamaged, isUnreadable } from '../words/errors.ts';
import type { Suspicion } from '../words/ledger.ts';
import type { Dataset, Day, ReasonCode } from '../words/model.ts';
import type { Clock, Lake, Partition, Ports } from '../words/ports.ts';
import { differenceOf, isWindowOf, wrongWith } from './contradictions.ts';
import type { Finding } from './finding.ts';
import { afterMoving, healing, type KnownEntry, type Situation } from './healing.ts';

/**
 * Whether one day is what was landed: its partition recounted and re-digested against its own receipt, and both against
 * the ledger. Reads all rows and keeps none.
 */

/** What was learnt of one day. */
export interface Checked {
  readonly rows: number;
  readonly bytes: number;
  /** Found whole although the ledger said otherwise: the mark was taken away. */
  readonly cleared: boolean;
  readonly finding: Finding | undefined;
  /** Of its rows, when they could be read. */
  readonly keys?: Int32Array;
}

export interface VerifyPorts extends Pick<Ports, 'lake' | 'ledger'> {
  readonly clock: Pick<Clock, 'now'>;
}

/** A partition may be replaced while it is read; then it is read again, this often. */
const TRIES = 4;

/**
 * Checks one day of the lake against its receipt and its ledger entry.
 *
 * @param mark whether to mark the ledger entry of a day that is damaged or gone, and to take the mark from one that is
 *   whole again; otherwise only looks
 */
export async function verifyDay(dataset: Dataset, day: Day, on: VerifyPorts, mark: boolean): Promise<Checked> {
  for (let tries = 1; ; tries++) {
    const before = await headOrForeign(on.lake, dataset.name, day);
    const counted = before.partition && (await counts(dataset, day, on, before.partition));
    const vanished = before.partition !== undefined && isKnown(before.partition) && counted === undefined;
    if (vanished && tries < TRIES) continue;
    // Read after the partition: the ledger follows the lake, so what it says now is at least as new.
    const entry = await entryOf(dataset, day, on);
    const verdict = judge(dataset, day, before, counted, entry, { now: on.clock.now(), mark });
    const still =
      verdict === undefined ||
      (await headOrForeign(on.lake, dataset.name, day)).partition?.etag === before.partition?.etag;
    if (!still && tries < TRIES) continue;
    const { rows = 0, bytes = 0, keys } = counted ?? {};
    const finding = verdict && { ...verdict, dataset: dataset.name, day };
    const marking = mark ? await markDay(dataset, day, finding, counted, on) : undefined;
    if (finding === undefined) return { rows, bytes, cleared: marking === 'cleared', finding, ...(keys && { keys }) };
    const told = marking === undefined || marking === 'cleared' ? finding : { ...finding, mark: marking };
    return { rows, bytes, cleared: false, finding: told };
  }
}

export interface Head {
  readonly partition: Partition | undefined;
  /** There is a blob that cannot be read as a partition: which, why, and what to do, in words. */
  readonly foreign: string | undefined;
}

/** @param revision of `history`; without one, the partition */
export async function headOrForeign(lake: Lake, dataset: string, day: Day, revision?: number): Promise<Head> {
  try {
    return { partition: await lake.head(dataset, day, revision), foreign: undefined };
  } catch (thrown) {
    if (!isDamaged(thrown)) throw thrown;
    return { partition: undefined, foreign: failureOf(thrown).message };
  }
}

async function counts(
  dataset: Dataset,
  day: Day,
  { lake }: VerifyPorts,
  partition: Partition,
): Promise<Looked | undefined> {
  if (!isKnown(partition)) return undefined;
  const chunks = await lake.read(dataset.name, day);
  return chunks && (await recountRows(chunks, dataset, day));
}

function isKnown({ receipt }: Partition): boolean {
  return receipt.format <= FORMAT;
}

async function entryOf(dataset: Dataset, day: Day, on: VerifyPorts): Promise<KnownEntry> {
  try {
    return (await on.ledger.day(dataset.name, day))?.value;
  } catch (thrown) {
    if (isUnreadable(thrown)) return 'unreadable';
    throw thrown;
  }
}

type Fault = Pick<Finding, 'kind' | 'reason' | 'message'> | undefined;

function judge(
  dataset: Dataset,
  day: Day,
  { partition, foreign }: Head,
  counted: Looked | undefined,
  entry: KnownEntry,
  situation: Situation,
): Fault {
  const about = `${dataset.name} ${day}`;
  if (foreign !== undefined) {
    const next = afterMoving(dataset, day, entry, situation);
    return damage(`${about}: ${foreign} ${next}`);
  }
  const heal = (restore: string) => healing(dataset, day, entry, restore, situation);
  const held = entry === 'unreadable' ? undefined : entry?.held;
  if (partition === undefined) {
    if (held === undefined) return unreadable(about, entry);
    const message = `${about} is held in the ledger (${held.rows} rows) and its partition is gone. ${heal('undelete the blob')}`;
    return { kind: 'missing', reason: 'partition.missing', message };
  }
  const { receipt, bytes } = partition;
  if (!isKnown(partition))
    return { kind: 'newer-format', message: `${about} has format ${receipt.format}: update this Landline to judge it` };
  const window = isWindowOf(receipt, day)
    ? undefined
    : `its receipt is of the window ${receipt.windowFrom} to ${receipt.windowTo}`;
  const wrong =
    window ?? (counted === undefined ? undefined : wrongWith(counted, receipt.rows, receipt.fingerprint, bytes));
  if (wrong !== undefined)
    return damage(
      `${about}: ${wrong}. ${heal('bring back the blob that was landed, from a copy or by undeleting it')}`,
    );
  if (entry === 'unreadable') return unreadable(about, entry);
  // Between a commit and the note of it the ledger is behind; a worker that is at the day brings it up.
  if (entry?.work.state === 'queued' || entry?.work.state === 'fetching') return undefined;
  if (held === undefined || held.revision < receipt.revision) {
    const known = held === undefined ? 'is not' : `is only as revision ${held.revision}`;
    const message = `${about} (revision ${receipt.revision}) ${known} in the ledger: run \`landline rebuild\``;
    return { kind: 'unlisted', message };
  }
  if (held.revision > receipt.revision) {
    const older = `${about} is revision ${receipt.revision}, and the ledger knows revision ${held.revision}: an older blob was put back`;
    const message = `${older}. ${heal(`put back the blob of revision ${held.revision}`)}`;
    return { kind: 'contradicted', reason: 'partition.damaged', message };
  }
  const differs = differenceOf(held, receipt, bytes);
  if (differs !== undefined) return { kind: 'contradicted', message: `${about}: ${differs}: run \`landline rebuild\`` };
  if (counted === undefined || counted.outside === receipt.rowsOutside) return undefined;
  const said = `its receipt counts ${receipt.rowsOutside} rows outside the day, and there are ${counted.outside}`;
  return { kind: 'contradicted', message: `${about}: ${said}. To read it again: \`landline retry ${about}\`` };
}

function damage(message: string): Fault {
  return { kind: 'damaged', reason: 'partition.damaged', message };
}

function unreadable(about: string, entry: KnownEntry): Fault {
  if (entry !== 'unreadable') return undefined;
  return { kind: 'ledger', message: `The ledger entity of ${about} cannot be read: run \`landline rebuild\`` };
}

/** Brings the mark in the ledger in line with what was found, by compare-and-set. */
async function markDay(
  dataset: Dataset,
  day: Day,
  finding: Finding | undefined,
  counted: Recount | undefined,
  { ledger, clock }: VerifyPorts,
): Promise<Finding['mark'] | 'cleared'> {
  const reason = finding?.reason;
  if (finding?.kind === 'ledger' || (finding !== undefined && reason === undefined)) return undefined;
  try {
    const outcome = await changeDay<'none' | 'already' | 'busy'>(ledger, dataset.name, day, entry => {
      if (entry === undefined) return 'none';
      const { suspicion, ...work } = entry.work;
      if (reason === undefined && !isBroken(entry.work)) return 'none';
      if (reason !== undefined && suspicion?.reason === reason) return 'already';
      // A worker that holds the day would be superseded by our write.
      if (work.state === 'fetching') return 'busy';
      const mark = reason === undefined ? {} : { suspicion: suspicionOf(reason, counted, clock.now()) };
      return { ...entry, work: { ...work, ...mark } };
    });
    if (outcome === 'none') return undefined;
    if (outcome === 'done') return reason === undefined ? 'cleared' : 'marked';
    return outcome === 'contended' ? 'busy' : outcome;
  } catch (thrown) {
    // What was found stands, and is told; there is nothing to mark it on.
    if (isUnreadable(thrown)) return undefined;
    throw thrown;
  }
}

function suspicionOf(reason: ReasonCode, counted: Recount | undefined, now: number): Suspicion {
  const { rows, fingerprint } = counted ?? { rows: 0, fingerprint: fingerprintOf(0, EMPTY_DIGEST) };
  return { reason, rows, fingerprint, since: instantOf(now) };
}
