import { recount } from '../rows/recount.ts';
import { failureOf, isDamaged } from '../words/errors.ts';
import type { Dataset, Day } from '../words/model.ts';
import type { Lake } from '../words/ports.ts';
import { wrongWith } from './contradictions.ts';
import type { Finding } from './finding.ts';
import { headOrForeign } from './verify-day.ts';

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
    const about = `${dataset.name} ${day}, revision ${revision} in history: ${wrong}`;
    if (await isLandedAnew(lake, dataset.name, day, revision)) {
      const message = `${about}. It was damaged when the day landed anew, and its rows are those of revision ${revision + 1}: nothing is to be done`;
      findings.push({ kind: 'kept-damaged', dataset: dataset.name, day, message });
      continue;
    }
    const message = `${about}. Its rows cannot be read anew: put back a copy of yours, if there is one. Later revisions and the partition do not depend on it`;
    findings.push({ kind: 'history', reason: 'partition.damaged', dataset: dataset.name, day, message });
  }
  return findings;
}

/** Whether the next revision says that it has the very rows that this one was landed with. */
async function isLandedAnew(lake: Lake, dataset: string, day: Day, revision: number): Promise<boolean> {
  const [damaged, next] = await Promise.all([
    headOrForeign(lake, dataset, day, revision),
    headOrForeign(lake, dataset, day, revision + 1),
  ]);
  // What is not in history yet is in force.
  const after = next.partition ?? (await headOrForeign(lake, dataset, day)).partition;
  const { fingerprint } = damaged.partition?.receipt ?? {};
  return (
    fingerprint !== undefined && after?.receipt.revision === revision + 1 && after.receipt.fingerprint === fingerprint
  );
}

/**
 * What is wrong with a revision in `history`, or without one with the partition, by its receipt; `undefined` when
 * nothing is, or it is not there.
 */
export async function wrongRevision(
  lake: Lake,
  dataset: string,
  day: Day,
  revision: number | undefined,
): Promise<string | undefined> {
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
