import type { Api } from '../datasets.ts';
import type { Dice } from '../dice.ts';
import type { Moment } from '../moments.ts';
import type { People } from '../people.ts';
import type { Switches } from '../switches.ts';

/** Everything a row is made of. Row makers draw from `dice` equally often, whatever `change` says. */
export interface RowPlan {
  readonly seed: number;
  readonly index: number;
  /** When it happened, by the server's own account: decides the range it is found in. */
  readonly at: Moment;
  readonly dice: Dice;
  readonly people: People;
  readonly api: Api;
  readonly switches: Readonly<Switches>;
  /** Most rows never change; for one that does, whether that has happened yet. */
  readonly change: 'never' | 'ahead' | 'done';
  /** It may have a missing or wrong time: far enough from midnight that it is never in two ranges. */
  readonly inner: boolean;
  /** Something unusual is wanted. */
  readonly odd: boolean;
  /** Whether an amount may have ten digits. */
  readonly hugeCharges: boolean;
}

/** The exact JSON text of one row. Numbers are written as text, never through a number type. */
export type RowMaker = (plan: RowPlan) => string;

/** Amounts as they stand in the text: a copy that parses and writes them again is caught by most of them. */
export const CHARGES: readonly [string, ...string[]] = [
  '0.00',
  '0.00',
  '0.00',
  '0.0130',
  '0.10',
  '1.10',
  '12.3400',
  '0.0050',
  '0',
  '3.3',
];

const HUGE_CHARGE = '1234567890.12';

const CORRECTED: readonly [string, ...string[]] = ['0.0260', '2.20', '7.00', '0.50'];

/** An amount: `0.00` while its correction is ahead, then something else. */
export function chargeOf(plan: RowPlan): string {
  const huge = plan.dice.chance(0.002);
  const usual = huge && plan.hugeCharges ? HUGE_CHARGE : plan.dice.pick(CHARGES);
  const corrected = plan.dice.pick(CORRECTED);
  return { never: usual, ahead: '0.00', done: corrected }[plan.change];
}

/** A property nobody has documented, with its leading comma; `''` for most rows. */
export function unknownProperty(plan: RowPlan): string {
  const kind = plan.dice.below(6);
  if (!plan.odd) return '';
  const digits = String(plan.index).padStart(8, '0');
  switch (kind) {
    case 0:
      return ',"propertyAddedLater":{"unknown":true,"parts":[1,2.50,null,"]}"]}';
    case 1:
      return `,"sequenceNumber":123456789012${digits.slice(-8)}`;
    case 2:
      return ',"quality":1.10E+2';
    default:
      return '';
  }
}

/** `,"administrativeUnitInfos":…`: none, an empty list, or up to two. */
export function administrativeUnits(dice: Dice): string {
  const kind = dice.below(4);
  const first = dice.guid();
  const list = ['null', '[]', `[{"id":"${first}"}]`, `[{"id":"${first}"},{"id":"${dice.guid()}"}]`][kind] ?? 'null';
  return `,"administrativeUnitInfos":${list}`;
}
