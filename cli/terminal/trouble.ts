import type { DatasetFacts, DayFacts } from '../../shared/status/dataset-facts.ts';
import { doubtRunsOf } from '../../shared/status/doubt-runs.ts';
import { runsOf } from '../../shared/status/runs.ts';
import { counted } from '../../shared/status/text.ts';
import type { Day } from '../../shared/words/model.ts';
import { COLOURS } from './colours.ts';
import type { Output } from './output.ts';
import { withTyped } from './typed.ts';

/** What is wrong with the days of one dataset, and what to do; `self` is how this Landline is called. */

/** Days in a row, both ends included, with the same trouble. */
export interface Trouble {
  readonly from: Day;
  readonly to: Day;
  readonly count: number;
  readonly state: DayFacts['state'];
  readonly held: boolean;
  readonly reason: DayFacts['reason'] | undefined;
  readonly message: string | undefined;
  /** The source's id of the refused request, where it gave one. */
  readonly requestId: string | undefined;
  readonly next: string | undefined;
}

export function troubleOf({ dataset, trouble }: DatasetFacts): Trouble[] {
  return runsOf(trouble).flatMap(run => {
    const [first] = run;
    if (first === undefined) return [];
    const { day: from, state, held, reason, message, requestId } = first;
    const to = run.at(-1)?.day ?? from;
    return [
      { from, to, count: run.length, state, held, reason, message, requestId, next: nextOf(dataset, first, run) },
    ];
  });
}

/** One request for all, where it has the same effect: a day that a person was erased from has to be named. */
function nextOf(dataset: string, { day, next, broken }: DayFacts, { length }: readonly DayFacts[]): string | undefined {
  const one = `landline retry ${dataset} ${day}`;
  return length > 1 && !broken ? next?.replace(one, `landline retry ${dataset}`) : next;
}

export function tellTrouble(dataset: string, found: readonly Trouble[], out: Output, self: string): void {
  out.line();
  const none = found.length === 0;
  out.line(none ? `${dataset}: every day is held, or in work.` : `${dataset}, days that are not as they should be:`);
  for (const { from, to, count, state, reason, message, requestId, next } of found) {
    const days = count === 1 ? from : `${from} to ${to} (${counted(count, 'day')})`;
    out.line(`  ${days}: ${[out.paint(COLOURS[state], state), reason].filter(Boolean).join(', ')}`);
    if (message !== undefined)
      out.line(`    ${withTyped(message, self)}${requestId === undefined ? '' : ` (request ${requestId})`}`);
    if (next !== undefined) out.line(`    Next step: ${withTyped(next, self)}`);
  }
}

/** What is doubtful about days that are held all the same. */
export function tellDoubts({ dataset, days }: Pick<DatasetFacts, 'dataset' | 'days'>, out: Output, self: string): void {
  const runs = doubtRunsOf(days);
  if (runs.length === 0) return;
  out.line();
  out.line(`${dataset}, held and in some doubt:`);
  for (const { from, to, days: count, doubt } of runs) {
    const range = count === 1 ? from : `${from} to ${to} (${counted(count, 'day')})`;
    out.line(`  ${range}: ${out.paint('yellow', doubt.reason)}`);
    out.line(`    ${withTyped(doubt.message, self)}`);
    out.line(`    Next step: ${withTyped(doubt.next, self)}`);
  }
}
