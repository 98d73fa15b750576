import type { DatasetFacts, DayFacts } from '../../shared/status/dataset-facts.ts';
import { runsOf, sinceText } from '../../shared/status/day-runs.ts';
import { doubtRunsOf } from '../../shared/status/doubt-runs.ts';
import { counted } from '../../shared/status/text.ts';
import { COLOURS } from './colours.ts';
import type { Output } from './output.ts';
import { withTyped } from './typed.ts';

/** What is wrong with the days of one dataset, and what to do; `self` is how this Landline is called. */

/** One request for all, where it has the same effect: a day that a person was erased from has to be named. */
export function nextOf(
  dataset: string,
  { day, next, broken }: DayFacts,
  { length }: readonly DayFacts[],
): string | undefined {
  const one = `landline retry ${dataset} ${day}`;
  return length > 1 && !broken ? next?.replace(one, `landline retry ${dataset}`) : next;
}

export function tellTrouble({ dataset, trouble }: DatasetFacts, out: Output, self: string): void {
  const runs = runsOf(trouble);
  out.line();
  const none = runs.length === 0;
  out.line(none ? `${dataset}: every day is held, or in work.` : `${dataset}, days that need attention:`);
  for (const run of runs) for (const line of linesOf(dataset, run, out, self)) out.line(line);
}

function linesOf(dataset: string, run: readonly DayFacts[], out: Output, self: string): string[] {
  const [first] = run;
  if (first === undefined) return [];
  const { day: from, state, reason, message, requestId } = first;
  const days = run.length === 1 ? from : `${from} to ${run.at(-1)?.day} (${counted(run.length, 'day')})`;
  const next = nextOf(dataset, first, run);
  const request = requestId === undefined ? '' : ` (request ${requestId})`;
  return [
    `  ${days}: ${[out.paint(COLOURS[state], state), reason].filter(Boolean).join(', ')}${sinceText(run.map(({ since }) => since))}`,
    ...(message === undefined ? [] : [`    ${withTyped(message, self)}${request}`]),
    ...(next === undefined ? [] : [`    Next step: ${withTyped(next, self)}`]),
  ];
}

/** What is doubtful about days that are held all the same. */
export function tellDoubts({ dataset, days }: Pick<DatasetFacts, 'dataset' | 'days'>, out: Output, self: string): void {
  const runs = doubtRunsOf(days);
  if (runs.length === 0) return;
  out.line();
  out.line(`${dataset}, held and doubted:`);
  for (const { from, to, days: count, doubt } of runs) {
    const range = count === 1 ? from : `${from} to ${to} (${counted(count, 'day')})`;
    out.line(`  ${range}: ${out.paint('yellow', doubt.reason)}`);
    out.line(`    ${withTyped(doubt.message, self)}`);
    out.line(`    Next step: ${withTyped(doubt.next, self)}`);
  }
}
