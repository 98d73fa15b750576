import { MONTHS } from './charts.ts';

/** Numbers, dates and names as the page shows them: the same whatever the machine's language. */

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

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
  return `${(rounded / scale).toLocaleString('en-US')}.${fraction}`;
}

export function brief(value: bigint): string {
  const number = Number(value) / 1e6;
  return number >= 1e6 ? `${(number / 1e6).toFixed(1)} M` : Math.round(number).toLocaleString('en-US');
}
