import type { Person, Seen } from '../shared/forget/person.ts';
import { counted } from '../shared/status/text.ts';
import type { On } from './command.ts';

/** What a search for a person says of how they were met, and of what it has not taken. */

export interface Met {
  /** Kinds of spelling, a star for each digit, and rows that have them. */
  readonly spellings: readonly { readonly spelling: string; readonly rows: number }[];
  /** The same of longer numbers that this one is a part of. */
  readonly longer: readonly { readonly spelling: string; readonly rows: number }[];
  /** Rows with the digits in identifiers, amounts or times only: they stay. */
  readonly unsearched: number;
}

export function metOf({ spellings, longer, unsearched }: Seen): Met {
  const listed = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([spelling, rows]) => ({ spelling, rows })).sort((a, b) => b.rows - a.rows);
  return { spellings: listed(spellings), longer: listed(longer), unsearched };
}

export function tellMet(
  { out, self }: Pick<On, 'out' | 'self'>,
  { kind, longer: taken = false }: Person,
  met: Met,
): void {
  for (const { spelling, rows } of met.spellings) out.line(`as ${spelling}: ${counted(rows, 'row')}`);
  for (const { spelling, rows } of met.longer)
    out.line(`within a longer number, ${spelling}: ${counted(rows, 'row')}, ${taken ? 'taken too' : 'not taken'}`);
  if (met.longer.length > 0 && !taken)
    out.line(`Look at these with \`${self} export\`; if they are the person too, run this with --longer.`);
  if (met.unsearched > 0)
    out.line(`in identifiers, amounts or times: ${counted(met.unsearched, 'row')} with these digits, not taken`);
  if (kind === 'number') out.line(NOT_SEARCHED);
}

const NOT_SEARCHED =
  'Not searched for a number: identifiers, amounts and times, where its digits stand by chance; numbers without their country code; numbers whose last digits the source has hidden.';
