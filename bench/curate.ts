import { createReadStream } from 'node:fs';
import { curateDay } from '../shared/curate/curate-day.ts';
import type { CuratedLabel, CuratedStore } from '../shared/curate/ports.ts';
import { type Profile, privacyProfile } from '../shared/curate/privacy.ts';
import type { Receipt } from '../shared/model.ts';
import type { Lake, Ledger } from '../shared/ports.ts';
import { usageFromHere } from './usage.ts';

/**
 * Curates one day of many rows, in a process of its own. Arguments: file of the partition, its rows, privacy profile.
 * The partition is read as it would be from storage, and the Parquet file is thrown away, so that what is measured is
 * curation alone, without a network.
 */

const [path = '', count = '0', privacy = 'masked'] = process.argv.slice(2);
const rows = Number(count);
const receipt = { revision: 1, rows, fingerprint: 'bench' } as Receipt;
const lake = {
  head: async () => ({ etag: '"1"', bytes: 0, receipt }),
  read: async () => createReadStream(path),
} as unknown as Lake;

let fileBytes = 0;
const curated = {
  head: async () => undefined,
  async write(_path: string, content: AsyncGenerator<Uint8Array, CuratedLabel, void>) {
    let next = await content.next();
    for (; !next.done; next = await content.next()) fileBytes += next.value.length;
    return 'written';
  },
} as unknown as CuratedStore;
const ledger = { day: async () => undefined } as unknown as Ledger;
const report = (): undefined => undefined;

const used = usageFromHere();
const shown = privacyProfile(privacy as Profile, 'x'.repeat(32));
await curateDay('teams-pstn-calls', '2026-01-05', { ledger, lake, curated, profile: shown, report });
console.log(JSON.stringify({ rows, fileBytes, ...used() }));
