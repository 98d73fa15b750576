import type { DatasetLedger, Watermark } from '../words/ledger.ts';
import type { Dataset } from '../words/model.ts';
import type { Ledger, Versioned } from '../words/ports.ts';

/** A dataset's part of the ledger, and the watermark with the version that it was read at. */
export interface ReadDataset extends DatasetLedger {
  readonly recorded: Versioned<Watermark> | undefined;
}

export async function readDataset(ledger: Ledger, dataset: Dataset): Promise<ReadDataset> {
  const [recorded, days] = await Promise.all([ledger.watermark(dataset.name), ledger.days(dataset.name)]);
  return { dataset, recorded, watermark: recorded?.value, entries: days.map(({ value }) => value) };
}
