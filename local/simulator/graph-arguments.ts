import type { Dataset } from './datasets.ts';
import { compare, type Moment, parseOffsetTime, TICKS_PER_DAY } from './moments.ts';
import type { Switches } from './switches.ts';
import type { Range } from './views.ts';

const DAYS_MAX = 90;

/** A range as it was asked for, or what is wrong with it. */
export type Arguments =
  | { readonly kind: 'range'; readonly range: Range; readonly fromText: string; readonly toText: string }
  | { readonly kind: 'malformed'; readonly message: string }
  | { readonly kind: 'too-long' };

const SIDES: Readonly<Record<string, 'from' | 'to'>> = {
  fromdatetime: 'from',
  from: 'from',
  todatetime: 'to',
  to: 'to',
};

/** Reads what stands between the parentheses of a call, decoded. Names in any order and case. */
export function readArguments(text: string, dataset: Dataset, switches: Readonly<Switches>): Arguments {
  const found: Partial<Record<'from' | 'to', { text: string; at: Moment }>> = {};
  let position = 0;
  for (const piece of text.split(',')) {
    const [name = '', value = ''] = piece.split('=', 2);
    const side = SIDES[name.trim().toLowerCase()];
    if (side === undefined || found[side] !== undefined || !piece.includes('=')) {
      return malformed(`Argument '${name}' is not expected at position ${position} in '${text}'.`);
    }
    const start = position + name.length + 1;
    if (value === '') return malformed(`Expression expected at position ${start} in '${text}'.`);
    const at = parseOffsetTime(value);
    if (at === undefined) return malformed(`No Edm.DateTimeOffset at position ${start} in '${text}'.`);
    found[side] = { text: value, at };
    position += piece.length + 1;
  }
  const { from, to } = found;
  if (from === undefined || to === undefined) return malformed(`Two arguments are required in '${text}'.`);
  if (compare(from.at, to.at) > 0) return malformed(`The range ends before it starts in '${text}'.`);
  if ((to.at.day - from.at.day) * TICKS_PER_DAY + to.at.tick - from.at.tick > DAYS_MAX * TICKS_PER_DAY) {
    return { kind: 'too-long' };
  }
  return {
    kind: 'range',
    range: rangeOf(from.at, to.at, dataset, switches),
    fromText: from.text,
    toText: to.text,
  };
}

/** The range between two instants, with the ends as the dataset counts them. */
export function rangeOf(from: Moment, to: Moment, dataset: Dataset, switches: Readonly<Switches>): Range {
  const bounds = switches.bounds[dataset.name] ?? dataset.bounds;
  return { from, to, fromOpen: bounds.from === 'exclusive', toOpen: bounds.to === 'exclusive' };
}

function malformed(message: string): Arguments {
  return { kind: 'malformed', message };
}
