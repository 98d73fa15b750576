import { tickAt } from '../calendar.ts';
import { Dice, share } from '../dice.ts';
import type { People } from '../people.ts';

/** What the report adds up: one call out of a meeting, booked on its organiser. */
export interface DialoutCall {
  readonly tick: number;
  readonly seconds: number;
  /** Price in ten-thousandths of the currency. */
  readonly price: number;
}

/** Totals of one group over the range asked for. */
export interface DialoutTotals extends Omit<DialoutCall, 'tick'> {
  readonly calls: number;
}

const CALLS_MAX = 3;
const STREAM = 4;

/**
 * The calls of one group on one day, one to three. The first call of group 0 is at midnight exactly, so ranges that
 * overlap by an instant count it twice; none is in the last tick of the day.
 */
export function dialoutCalls(seed: number, day: number, group: number): DialoutCall[] {
  const count = 1 + Math.floor(share(seed, STREAM, day, group, 1) * CALLS_MAX);
  return Array.from({ length: count }, (_, call) => ({
    tick: group === 0 && call === 0 ? 0 : tickAt(share(seed, STREAM, day, group, 10 + call)),
    seconds: Math.floor(share(seed, STREAM, day, group, 20 + call) * 3_600),
    price: Math.floor(share(seed, STREAM, day, group, 30 + call) * 50_000),
  }));
}

/** Sums the calls of a group. */
export function totalsOf(calls: readonly DialoutCall[]): DialoutTotals {
  let [seconds, price] = [0, 0];
  for (const call of calls) {
    seconds += call.seconds;
    price += call.price;
  }
  return { calls: calls.length, seconds, price };
}

const CURRENCIES = ['USD', 'EUR'] as const;

/** One row of the report. A group is one user, usage location, destination context and currency. */
export function dialoutRow(seed: number, people: People, group: number, totals: DialoutTotals): string {
  const person = people.at(group >>> 2);
  const context = (group & 1) === 0 ? 'Domestic' : 'International';
  const currency = CURRENCIES[(group >>> 1) & 1] ?? CURRENCIES[0];
  const whole = Math.floor(totals.price / 10_000);
  const charge = `${whole}.${String(totals.price % 10_000).padStart(4, '0')}`;
  const unknown = new Dice().reset(seed, STREAM, 0, group).chance(0.01) ? ',"meetingKind":"webinar"' : '';
  return (
    `{${person.fields},"usageLocation":"${person.country.code}","destinationContext":"${context}"` +
    `,"currency":"${currency}","totalCalls":${totals.calls},"totalCallSeconds":${totals.seconds}` +
    `,"totalCallCharge":${charge}${unknown}}`
  );
}
