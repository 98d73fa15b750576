import { isBroken, isMended } from '../ledger/day-state.ts';
import { isExpired } from '../ledger/settling.ts';
import type { DayEntry, Gate } from '../words/ledger.ts';
import type { Dataset, Day, Instant, ReasonCode } from '../words/model.ts';
import { SHOWN_STATES, type Shown } from './states.ts';
import { minuteOf } from './text.ts';

/** What to do about a day. */
export interface Step {
  /** In one sentence, without its stop. */
  readonly text: string;
  /** What a person runs first; absent where nobody has to do anything. */
  readonly command?: string;
}

/** What holds up days beside their own state. */
export interface Holdup {
  /** A person has paused the dataset. */
  readonly paused: boolean;
  /** A day whose permission, key, clock or setting a person has to mend: the others of its dataset wait for it. */
  readonly blocker?: Blocker | undefined;
  /** The closed gate of the source. */
  readonly gate?: Gate | undefined;
}

interface Blocker {
  readonly day: Day;
  readonly reason: ReasonCode;
}

/** The next step of a day in this state; `undefined` when there is nothing to do and nothing to wait for. Pure. */
export function nextStep(
  of: Dataset,
  day: Day,
  state: Shown,
  entry: DayEntry | undefined,
  holdup: Holdup,
  now: number,
): Step | undefined {
  const { paused } = holdup;
  if (entry?.unreadable) return { text: 'landline rebuild, then landline verify', command: 'landline rebuild' };
  const command = (verb: string) => `landline ${verb} ${of.name} ${day}`;
  if (entry !== undefined && isAskedFor(entry)) {
    if (paused) return resume(of);
    const until = holdup.gate && `it waits until ${minuteOf(holdup.gate.notBefore)} UTC, as the source asked`;
    return { text: `nothing: somebody has asked for this read; ${until ?? 'the planner queues it'}` };
  }
  switch (state) {
    case 'missing':
      return paused ? resume(of) : (waitsFor(of, day, holdup) ?? nothing(state));
    case 'waiting':
      return goesOn(entry?.work.retryAt, holdup) ?? nothing(state);
    case 'failed':
      return { text: `do what the message says, then: ${command('retry')}`, command: command('show') };
    case 'suspect':
      if (entry === undefined || !isBroken(entry.work)) return suspectStep(command, entry);
      return paused && isMended(of, entry, now) ? resume(of) : brokenStep(of, entry, command, now);
    default:
      return nothing(state);
  }
}

/** When a day that waits is tried: not before its source may be asked. */
function goesOn(retryAt: Instant | undefined, { gate }: Holdup): Step | undefined {
  if (retryAt === undefined) return undefined;
  const at = gate !== undefined && gate.notBefore > retryAt ? gate.notBefore : retryAt;
  return { text: `nothing: Landline tries it again by itself at ${minuteOf(at)} UTC` };
}

/** Why a day that is owed is not queued, where another day or the source is the cause. */
function waitsFor(of: Dataset, day: Day, { blocker, gate }: Holdup): Step | undefined {
  if (blocker !== undefined && blocker.day !== day) {
    const command = `landline show ${of.name} ${blocker.day}`;
    return { text: `it waits for ${blocker.day} (${blocker.reason}), which needs a person: ${command}`, command };
  }
  if (gate === undefined) return undefined;
  return { text: `nothing: it waits until ${minuteOf(gate.notBefore)} UTC, as the source asked (${gate.reason})` };
}

function nothing(state: Shown): Step | undefined {
  const byItself = SHOWN_STATES.find(each => each.state === state)?.byItself;
  return byItself === undefined ? undefined : { text: `nothing: ${byItself}` };
}

function resume({ name }: Dataset): Step {
  const command = `landline resume ${name}`;
  return { text: `${name} is paused; to resume it: ${command}`, command };
}

/** Whether a person has asked for a read, or accepted a refused read. */
function isAskedFor({ work }: DayEntry): boolean {
  const accepted = work.accepted !== undefined && work.accepted === work.suspicion?.fingerprint;
  return work.askedAt !== undefined || (work.state === 'idle' && accepted);
}

type Commands = (verb: 'accept' | 'retry' | 'show') => string;

function suspectStep(of: Commands, entry: DayEntry | undefined): Step {
  const [accept, retry] = [of('accept'), of('retry')];
  switch (entry?.work.suspicion?.reason) {
    case 'shrink.unconfirmed':
      return {
        text: `nothing: the day is replaced when a second read, an hour later, lacks the same rows. If the last read is right, to replace it at once: ${accept}`,
      };
    case 'shrink.emptied':
      return {
        text: `find out why the source now says that the day is empty; only if that is right: ${accept}`,
        command: of('show'),
      };
    default:
      return {
        text: `the day is held, but its reads contradicted each other; to read it once more: ${retry}`,
        command: retry,
      };
  }
}

function brokenStep(dataset: Dataset, entry: DayEntry, of: Commands, now: number): Step {
  if (isMended(dataset, entry, now)) return { text: 'nothing: Landline lands it anew by itself' };
  const verify = `then: landline verify --datasets ${dataset.name}`;
  const anew = isExpired(dataset, entry.day, now) ? '' : `; or read all its rows again: ${of('retry')}`;
  const text =
    entry.held?.forgottenAt === undefined
      ? `the source no longer has this day; bring back the blob that was landed (docs/operations.md says from where), ${verify}`
      : `a person was erased from this day; bring back the blob that was landed, ${verify} (an older blob still has the rows of the person: then run landline forget again)${anew}`;
  return { text, command: of('show') };
}
