import { hasCome, instantOf, isFarAhead } from '../words/day.ts';
import { LandlineError } from '../words/errors.ts';
import type { DayEntry, Gate } from '../words/ledger.ts';
import type { Dataset, SourceName } from '../words/model.ts';
import type { Clock, Ledger } from '../words/ports.ts';

/** The gate of a source: whoever is told to wait closes it, and every worker of the source stays behind it. */

/** @throws LandlineError, remedy `wait`, while the gate of the dataset's source is closed */
export async function refuseBeforeGate(dataset: Dataset, ledger: Ledger, clock: Clock): Promise<void> {
  const gate = (await ledger.gate(dataset.source))?.value;
  if (gate === undefined || hasCome(Date.parse(gate.notBefore), clock.now())) return;
  const message = `The source ${dataset.source} asked Landline to wait until ${gate.notBefore}.`;
  throw new LandlineError({ reason: gate.reason, remedy: 'wait', message, until: gate.notBefore });
}

/** Closes the gate until `gate.notBefore`, unless it is closed for longer already. */
export async function closeGate(ledger: Ledger, gate: Gate, now: number): Promise<void> {
  for (;;) {
    const found = await ledger.gate(gate.source);
    const believed = found !== undefined && !isFarAhead(Date.parse(found.value.notBefore), now);
    if (believed && found.value.notBefore >= gate.notBefore) return;
    if ((await ledger.putGate(gate, found?.etag)) !== undefined) return;
  }
}

/**
 * `opened`     the source is asked again from now on
 * `open`       it was not closed
 * `contended`  others kept writing it; ask again
 */
export interface Opened {
  readonly outcome: 'opened' | 'open' | 'contended';
  /** The gate that was closed. */
  readonly was: Gate | undefined;
  /** Days that waited for it, and are owed now. */
  readonly days: number;
}

/** Somebody else may write the entity meanwhile; then it is read again, this often. */
const TRIES = 5;

/**
 * Opens the gate of a source because a person says so, and lets the days go on that were told to wait with it.
 *
 * @param datasets whose days may wait for it
 */
export async function openGate(
  ledger: Ledger,
  source: SourceName,
  datasets: readonly Dataset[],
  now: number,
): Promise<Opened> {
  for (let tries = 0; tries < TRIES; tries++) {
    const found = await ledger.gate(source);
    if (found === undefined || hasCome(Date.parse(found.value.notBefore), now))
      return { outcome: 'open', was: undefined, days: 0 };
    const opened = { ...found.value, notBefore: instantOf(now) };
    if ((await ledger.putGate(opened, found.etag)) === undefined) continue;
    let days = 0;
    for (const dataset of datasets.filter(each => each.source === source))
      for (const { value } of await ledger.days(dataset.name))
        if (isDelayed(value, now) && (await release(ledger, value, now))) days += 1;
    return { outcome: 'opened', was: found.value, days };
  }
  return { outcome: 'contended', was: undefined, days: 0 };
}

/** Its message is not visible before the gate would have opened by itself. */
function isDelayed({ work }: DayEntry, now: number): boolean {
  return work.state === 'queued' && work.retryAt !== undefined && !hasCome(Date.parse(work.retryAt), now);
}

/** The planner queues the day again under a new ticket, and the message that waits is dropped when it comes. */
async function release(ledger: Ledger, { dataset, day }: DayEntry, now: number): Promise<boolean> {
  const found = await ledger.day(dataset, day);
  if (found === undefined || !isDelayed(found.value, now)) return false;
  const { queuedAt: _, ...work } = found.value.work;
  const released: DayEntry = { ...found.value, work: { ...work, state: 'failed', retryAt: instantOf(now) } };
  // Whoever wrote it meanwhile has moved it on.
  return (await ledger.putDay(released, found.etag)) !== undefined;
}
