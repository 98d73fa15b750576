import { isBroken, isExpired, isMended } from '../ledger/owed.ts';
import type { DayOutline } from '../words/ledger.ts';
import type { Dataset, Day } from '../words/model.ts';
import { SHOWN_STATES, type Shown } from './states.ts';
import { minuteOf } from './text.ts';

/** What to do about a day. */
export interface Step {
  /** In one sentence, without its stop. */
  readonly text: string;
  /** What a person runs first; absent where nobody has to do anything. */
  readonly command?: string;
}

/** The next step of a day in this state; `undefined` when there is nothing to do and nothing to wait for. Pure. */
export function nextStep(
  of: Dataset,
  day: Day,
  state: Shown,
  entry: DayOutline | undefined,
  paused: boolean,
  now: number,
): Step | undefined {
  const command = (verb: string) => `landline ${verb} ${of.name} ${day}`;
  if (entry !== undefined && isAskedFor(entry))
    return paused ? resume(of) : { text: 'nothing: somebody has asked for it, and the planner queues it' };
  switch (state) {
    case 'missing':
      return paused ? resume(of) : nothing(state);
    case 'waiting':
      return entry?.work.retryAt === undefined
        ? nothing(state)
        : { text: `nothing: it goes on by itself at ${minuteOf(entry.work.retryAt)} UTC` };
    case 'failed':
      return { text: `do what the message says, then: ${command('retry')}`, command: command('show') };
    case 'suspect':
      if (entry === undefined || !isBroken(entry.work)) return suspectStep(command, entry);
      return paused && isMended(of, entry, now) ? resume(of) : brokenStep(of, entry, command, now);
    default:
      return nothing(state);
  }
}

function nothing(state: Shown): Step | undefined {
  const byItself = SHOWN_STATES.find(each => each.state === state)?.byItself;
  return byItself === undefined ? undefined : { text: `nothing: ${byItself}` };
}

function resume({ name }: Dataset): Step {
  const command = `landline resume ${name}`;
  return { text: `${name} is paused; to go on: ${command}`, command };
}

/** Whether a person has asked for a read, or accepted a refused read. */
function isAskedFor({ work }: DayOutline): boolean {
  const accepted = work.accepted !== undefined && work.accepted === work.suspicion?.fingerprint;
  return work.askedAt !== undefined || (work.state === 'idle' && accepted);
}

type Commands = (verb: 'accept' | 'retry' | 'show') => string;

function suspectStep(of: Commands, entry: DayOutline | undefined): Step {
  const [accept, retry] = [of('accept'), of('retry')];
  switch (entry?.work.suspicion?.reason) {
    case 'shrink.unconfirmed':
      return {
        text: `nothing: it is replaced when a second read, an hour later, agrees. At once, if it is right: ${accept}`,
      };
    case 'shrink.emptied':
      return {
        text: `find out why the source says that the day is empty now; only if that is right: ${accept}`,
        command: of('show'),
      };
    default:
      return {
        text: `the day is held, but its reads contradicted each other; to read it once more: ${retry}`,
        command: retry,
      };
  }
}

function brokenStep(dataset: Dataset, entry: DayOutline, of: Commands, now: number): Step {
  if (isMended(dataset, entry, now)) return { text: 'nothing: it is landed anew by itself' };
  const verify = `then: landline verify --dataset ${dataset.name}`;
  const anew = isExpired(dataset, entry.day, now) ? '' : `; or read all its rows again: ${of('retry')}`;
  const text =
    entry.held?.forgottenAt === undefined
      ? `the source no longer has this day; bring back the blob that was landed (docs/operations.md says from where), ${verify}`
      : `a person was erased from this day; bring back the blob that was landed, ${verify} (an older one names the person: run landline forget again)${anew}`;
  return { text, command: of('show') };
}
