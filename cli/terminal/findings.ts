import { grouped } from '../../shared/status/text.ts';
import { type Finding, isTrouble } from '../../shared/verify/verify.ts';
import type { Output } from './output.ts';
import { withTyped } from './typed.ts';

/** What a verification found, for a person: what is the same of many days is said once. Pure. */

/** Days that are named beside the first one; the rest is counted, and `--json` has them all. */
const NAMED_MAX = 12;

/** @param self how this Landline is called */
export function findingLines(findings: readonly Finding[], { paint }: Pick<Output, 'paint'>, self: string): string[] {
  return alike(findings).flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const { kind, message, mark } = first;
    const busy = ' A worker has the day, so it was not marked: verify again when that is done.';
    const painted = paint(isTrouble(first) ? 'red' : 'cyan', kind);
    const said = withTyped(message.replace(/\.$/, ''), self);
    return `${painted}  ${said}.${mark === 'busy' ? busy : ''}${othersText(others)}`;
  });
}

/** Findings that say the same of different days of one log. */
function alike(findings: readonly Finding[]): Finding[][] {
  const groups = Map.groupBy(findings, ({ kind, dataset, day, message, mark }) => {
    const said = day === undefined ? message : message.replaceAll(day, 'DAY');
    return JSON.stringify([kind, dataset, mark, said]);
  });
  return [...groups.values()];
}

function othersText(others: readonly Finding[]): string {
  if (others.length === 0) return '';
  const named = others.slice(0, NAMED_MAX).flatMap(({ day }) => day ?? []);
  const rest = others.length - named.length;
  return ` The same of ${named.join(', ')}${rest > 0 ? ` and ${grouped(rest)} more` : ''}.`;
}
