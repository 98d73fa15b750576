import type { Recount } from '../rows/recount.ts';
import { addDays } from '../words/day.ts';
import type { Held } from '../words/ledger.ts';
import type { Day, Fingerprint, Receipt } from '../words/model.ts';

/** What stands twice, of one partition: in its blob, its receipt, the ledger and the contract. Pure. */

/** Whether the window that was asked for holds the day, and little more. */
export function isWindowOf({ windowFrom, windowTo }: Receipt, day: Day): boolean {
  const reaches = windowFrom <= `${day}T00:00:00.0000000Z` && windowTo >= `${day}T23:59:59.9999999Z`;
  return reaches && windowFrom >= `${addDays(day, -1)}T23:59:59` && windowTo <= `${addDays(day, 1)}T00:00:01.0000000Z`;
}

/** What ledger and receipt say differently of one revision. @param bytes of the lines, when they are known */
export function differenceOf(held: Held, receipt: Receipt, bytes: number | undefined): string | undefined {
  const both = ['rows', 'fingerprint', 'pages', 'rowsOutside', 'rowsNeighbour'] as const;
  const name = both.find(each => held[each] !== receipt[each]);
  if (name !== undefined)
    return `ledger (${name} ${held[name]}) and receipt (${name} ${receipt[name]}) contradict each other`;
  if (bytes === undefined || held.bytes === bytes) return undefined;
  return `ledger (${held.bytes} bytes) and blob (${bytes} bytes) contradict each other`;
}

export function wrongWith(counted: Recount, rows: number, fingerprint: Fingerprint, bytes: number): string | undefined {
  if (counted.cutOff) return `its last line is cut off (${counted.rows} lines, the receipt says ${rows} rows)`;
  if (counted.rows !== rows) return `it has ${counted.rows} lines where its receipt says ${rows} rows`;
  if (counted.fingerprint !== fingerprint) return `its ${rows} rows are not those of its receipt`;
  return counted.bytes === bytes ? undefined : `${counted.bytes} of its ${bytes} bytes could be read`;
}
