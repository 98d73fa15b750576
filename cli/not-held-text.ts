import { counted, grouped } from '../shared/status/text.ts';

/** What is not held of a range, in the same words wherever a range is judged. Pure. */

interface NotHeld {
  /** Days of the range. */
  readonly days: number;
  readonly logs: number;
  /** Days of all logs that are not held. */
  readonly missing: number;
  /** Of these, days before the history of their log begins. */
  readonly early: number;
}

/** `30 days of 7 logs`. */
export function rangeText({ days, logs }: Pick<NotHeld, 'days' | 'logs'>): string {
  return `${counted(days, 'day')} of ${counted(logs, 'log')}`;
}

/** `112 of 210 days (30 days of 7 logs) are not held, 14 of them before history begins`. */
export function notHeldText({ days, logs, missing, early }: NotHeld): string {
  const before = early === 0 ? '' : `, ${early === missing ? 'all' : grouped(early)} of them before history begins`;
  const not = `${missing === 1 ? 'is' : 'are'} not held${before}`;
  return `${grouped(missing)} of ${counted(days * logs, 'day')} (${rangeText({ days, logs })}) ${not}`;
}
