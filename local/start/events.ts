import { z } from 'zod';
import type { LogLine } from '../host.ts';
import { jsonOf } from '../json.ts';

/** The product's own events, read back from the log of the host. */

const eventSchema = z.object({
  event: z.string(),
  dataset: z.string().optional(),
  source: z.string().optional(),
  day: z.string().optional(),
  rows: z.number().optional(),
  queued: z.number().optional(),
  rowsAdded: z.number().optional(),
  rowsChanged: z.number().optional(),
  rowsRemoved: z.number().optional(),
  reason: z.string().optional(),
  remedy: z.string().optional(),
  message: z.string().optional(),
  until: z.string().optional(),
  why: z.string().optional(),
});

export type Event = Readonly<z.output<typeof eventSchema>>;

/** @returns `undefined` for a line that is not an event of the product */
export function eventOf(line: LogLine): Event | undefined {
  return line.category === 'user' ? eventSchema.safeParse(jsonOf(line.message)).data : undefined;
}

/** Events that bring the ledger nearer to what is owed. */
const PROGRESS: ReadonlySet<string> = new Set(['day landed', 'day revised', 'day checked', 'day continued']);

export function isProgress({ event }: Event): boolean {
  return PROGRESS.has(event);
}

/** What went wrong, in words, with what happens next; `undefined` for what nobody needs to read while it works. */
export function complaintOf(event: Event): string | undefined {
  const about = [event.dataset ?? event.source, event.day].filter(Boolean).join(' ');
  const text = [about, event.message ?? event.why].filter(Boolean).join(': ');
  switch (event.event) {
    case 'day failed':
      return event.remedy === 'fix-config' || event.remedy === 'reject'
        ? `${text} This needs a person.`
        : `${text} Tried again ${at(event.until)}.`;
    case 'source throttled':
      return `${text} Landline waits; the next request to this source is ${at(event.until)}.`;
    case 'day restarted':
    case 'shrink refused':
    case 'message rejected':
    case 'message poisoned':
    case 'config rejected':
    case 'work failed':
      return text;
    default:
      return undefined;
  }
}

/** What makes two complaints the same to a reader: the day is another one, the trouble is not. */
export function kindOf(event: Event): string {
  return [event.event, event.dataset ?? event.source, event.reason ?? event.message].join(' ');
}

/** `at 14:05:09 UTC`. */
export function at(instant: string | undefined): string {
  return instant === undefined ? 'later' : `at ${instant.slice(11, 19)} UTC`;
}
