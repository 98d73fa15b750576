import { dateOf, grouped } from '../../shared/status/text.ts';

/** Shares, dates and amounts as the report shows them. Pure. */

export function percent(part: number, of: number): string {
  return of === 0 ? '–' : `${((100 * part) / of).toFixed(1)} %`;
}

export function dated(day: string): string {
  return `${dateOf(day)} ${day.slice(0, 4)}`;
}

/** Neighbouring days: `11 to 16 Nov 2026`, without the month and the year of the first where the last has the same. */
export function spanned({ from, to }: { readonly from: string; readonly to: string }): string {
  if (from === to) return dated(from);
  const [day = '', month = '', year = ''] = dated(from).split(' ');
  const first =
    from.slice(0, 7) === to.slice(0, 7)
      ? [day]
      : from.slice(0, 4) === to.slice(0, 4)
        ? [day, month]
        : [day, month, year];
  return `${first.join(' ')} to ${dated(to)}`;
}

/** Digits after the point that a currency has: 2 for most, 0 for JPY, 3 for KWD; 2 where nobody knows. */
export function decimalsOf(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) return 2;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

const MOST_DECIMALS = 6;

/** Rounded to so many digits after the point, from millionths. */
export function rounded(value: bigint, decimals: number): string {
  const unit = 10n ** BigInt(MOST_DECIMALS - decimals);
  const half = ((value < 0n ? -value : value) + unit / 2n) / unit;
  return pointed(half, decimals, value < 0n && half > 0n);
}

/** To the last digit that is not zero, with at least those that the currency has. */
export function exact(value: bigint, currency: string): string {
  const text = pointed(value < 0n ? -value : value, MOST_DECIMALS, value < 0n);
  const least = text.length - MOST_DECIMALS + decimalsOf(currency);
  let end = text.length;
  while (end > least && text[end - 1] === '0') end -= 1;
  return text.slice(0, text[end - 1] === '.' ? end - 1 : end);
}

function pointed(value: bigint, decimals: number, isNegative: boolean): string {
  const scale = 10n ** BigInt(decimals);
  const fraction = decimals === 0 ? '' : `.${String(value % scale).padStart(decimals, '0')}`;
  return `${isNegative ? '-' : ''}${grouped(value / scale)}${fraction}`;
}

/** For the top of a bar. */
export function brief(value: bigint, currency: string): string {
  const number = Number(value) / 1e6;
  if (Math.abs(number) >= 1e6) return `${(number / 1e6).toFixed(1)} M`;
  return rounded(value, Math.abs(number) < 100 ? decimalsOf(currency) : 0);
}

/** How much more or less than before: `+12.3 %`. @returns `undefined` where there is nothing to compare with */
export function change(now: number, earlier: number): string | undefined {
  if (earlier === 0) return undefined;
  const share = (100 * (now - earlier)) / Math.abs(earlier);
  return `${share > 0 ? '+' : share < 0 ? '−' : '±'}${Math.abs(share).toFixed(1)} %`;
}
