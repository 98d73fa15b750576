import { recount } from '../rows/recount.ts';
import { failureOf, isDamaged } from '../words/errors.ts';
import type { Dataset, Day } from '../words/model.ts';
import type { Lake } from '../words/ports.ts';
import { wrongWith } from './contradictions.ts';
import type { Finding } from './verify-day.ts';

/**
 * Whether the superseded revisions of a day are what their receipts say: each is recounted and digested. A number that is
 * missing is not judged, since erasing a person leaves one out (docs/format.md, 14).
 */
export async function verifyHistory(dataset: Dataset, day: Day, lake: Lake): Promise<Finding[]> {
  const findings: Finding[] = [];
  const last = await lake.lastKept(dataset.name, day);
  for (let revision = 1; revision <= last; revision++) {
    const wrong = await wrongRevision(lake, dataset.name, day, revision);
    if (wrong === undefined) continue;
    const message = `${dataset.name} ${day}, revision ${revision} in history: ${wrong}. Its rows cannot be read anew: put back a copy of yours, if there is one. Later revisions and the partition do not depend on it`;
    findings.push({ kind: 'history', reason: 'partition.damaged', dataset: dataset.name, day, message });
  }
  return findings;
}

async function wrongRevision(lake: Lake, dataset: string, day: Day, revision: number): Promise<string | undefined> {
  try {
    const head = await lake.head(dataset, day, revision);
    const chunks = head && (await lake.read(dataset, day, revision));
    if (head === undefined || chunks === undefined) return undefined;
    const { rows, fingerprint } = head.receipt;
    return wrongWith(await recount(chunks), rows, fingerprint, head.bytes);
  } catch (thrown) {
    if (!isDamaged(thrown)) throw thrown;
    return failureOf(thrown).message.replace(/\.$/, '');
  }
}
