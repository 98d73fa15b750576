import * as z from 'zod';
import type { Receipt } from '../words/model.ts';
import { instant } from './ledger-schema.ts';

/** A receipt as blob metadata: lower-case keys, printable ASCII values. docs/format.md is the contract. */

const count = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
/** As many digits as the ledger takes. */
const revision = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);
const text = z.string().min(1);

const metadataShape = z.object({
  format: count,
  revision,
  rows: count,
  pages: count,
  fingerprint: text,
  windowfrom: text,
  windowto: text,
  apiversion: text,
  fetchedat: instant,
  ticket: count,
  rowsoutside: count,
  rowsneighbour: count,
  forgottenat: instant.exactOptional(),
} satisfies Record<Lowercase<keyof Receipt>, z.ZodType>);

/** @throws RangeError when a value is not printable ASCII, which the service refuses and the emulator does not */
export function metadataOf(receipt: Receipt): Record<string, string> {
  const metadata = Object.fromEntries(
    Object.entries(receipt).map(([key, value]) => [key.toLowerCase(), String(value)] as const),
  );
  for (const [key, value] of Object.entries(metadata)) {
    if (!/^[\x20-\x7e]+$/.test(value)) throw new RangeError(`Receipt: ${key} must be printable ASCII and not empty`);
  }
  return metadata;
}

/** The receipt in a blob's metadata; `undefined` when there is no whole one. Other keys are ignored. */
export function receiptOf(metadata: Record<string, string> | undefined): Receipt | undefined {
  const result = metadataShape.safeParse(metadata ?? {});
  if (!result.success) return undefined;
  const { windowfrom, windowto, apiversion, fetchedat, rowsoutside, rowsneighbour, forgottenat, ...same } = result.data;
  return {
    ...same,
    windowFrom: windowfrom,
    windowTo: windowto,
    apiVersion: apiversion,
    fetchedAt: fetchedat,
    rowsOutside: rowsoutside,
    rowsNeighbour: rowsneighbour,
    ...(forgottenat !== undefined && { forgottenAt: forgottenat }),
  };
}
