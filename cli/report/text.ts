import { grouped, MONTHS } from '../../shared/status/text.ts';

/** Shares, dates and amounts as the report shows them. */

export function percent(part: number, of: number): string {
  return of === 0 ? '–' : `${((100 * part) / of).toFixed(1)} %`;
}

export function dated(day: string): string {
  return `${Number(day.slice(8))} ${MONTHS[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`;
}

/** Exact, from millionths. */
export function amount(value: bigint, places = 4): string {
  const unit = 10n ** BigInt(6 - places);
  const rounded = (value + (value < 0n ? -unit : unit) / 2n) / unit;
  const scale = 10n ** BigInt(places);
  const fraction = String(rounded < 0n ? -rounded % scale : rounded % scale).padStart(places, '0');
  return `${grouped(rounded / scale)}.${fraction}`;
}

export function brief(value: bigint): string {
  const number = Number(value) / 1e6;
  return number >= 1e6 ? `${(number / 1e6).toFixed(1)} M` : grouped(Math.round(number));
}
