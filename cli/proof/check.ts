import { recount } from '../../shared/rows/recount.ts';
import { headOrForeign } from '../../shared/verify/verify-day.ts';
import { isDamaged } from '../../shared/words/errors.ts';
import type { Day } from '../../shared/words/model.ts';
import type { Lake } from '../../shared/words/ports.ts';
import { VERSION } from '../../shared/words/version.ts';
import { UsageError } from '../usage-error.ts';
import { digestOf, keyedFingerprint, type ProofDocument, proofDocument } from './model.ts';
import { DATA_END, DATA_START, proofPage } from './page.ts';

/** Whether a proof still says what it said when it was made, and whether the partitions do. */

export interface Checked {
  readonly document: ProofDocument;
  readonly digest: 'right' | 'wrong';
  /** Whether an HTML document shows what its data say; `unknown` when another version has drawn it. */
  readonly shown: 'right' | 'wrong' | 'unknown' | undefined;
}

/** @throws UsageError for what is no proof */
export function checkText(text: string, file: string): Checked {
  const page = text.includes(DATA_START);
  const data = page ? dataIn(text) : text;
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch (cause) {
    throw new UsageError(`${file} is not a proof of Landline: it has no readable data.`, { cause });
  }
  const read = proofDocument.safeParse(json);
  if (!read.success) throw new UsageError(`${file} is not a proof of Landline, or is one of another version.`);
  // Over what stands in the file, before anything of it was understood.
  const digest = digestOf(Object(json).proof) === read.data.digest ? 'right' : 'wrong';
  return { document: read.data, digest, shown: page ? shownIn(text, read.data) : undefined };
}

function shownIn(text: string, document: ProofDocument): Checked['shown'] {
  if (text === proofPage(document)) return 'right';
  return document.proof.version === VERSION ? 'wrong' : 'unknown';
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function dataIn(text: string): string {
  const start = text.indexOf(DATA_START) + DATA_START.length;
  const data = text.slice(start, text.indexOf(DATA_END, start));
  return data.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '');
}

/** A day whose rows are not, or not any more, those of the proof. */
interface Differing {
  readonly dataset: string;
  readonly day: Day;
  /** Of a day that was damaged when the proof was made, its rows were other ones already. */
  readonly why: 'gone' | 'other rows' | 'damaged when proven';
}

export interface Compared {
  /** Days whose revision of the proof is there and has its rows. */
  readonly same: number;
  /** Of these, days that have a newer revision by now. */
  readonly newer: number;
  readonly differing: readonly Differing[];
}

/**
 * Recounts the proven revision of every day, in `raw` or in `history`, and compares it by the key. Of a day that was
 * damaged and landed anew, the rows of the proof stand in the partition, and what is in `history` is damaged.
 */
export async function compareWithLake(
  { proof }: ProofDocument,
  key: Buffer,
  lake: Lake,
  progress: (dataset: string, day: Day) => void,
): Promise<Compared> {
  const differing: Differing[] = [];
  let [same, newer] = [0, 0];
  for (const { dataset, days } of proof.logs)
    for (const { day, revision, fingerprint, recounted } of days) {
      progress(dataset, day);
      const current = (await headOrForeign(lake, dataset, day)).partition?.receipt.revision;
      const keyedOf = async (number: number | undefined): Promise<string | undefined> => {
        const chunks = await lake.read(dataset, day, number);
        const counted = chunks && (await recountOrNone(chunks));
        return counted && keyedFingerprint(key, dataset, day, revision, counted);
      };
      const is = await keyedOf(current === revision ? undefined : revision);
      const there = is === fingerprint || (current !== revision && (await keyedOf(undefined)) === fingerprint);
      if (there) same += 1;
      else differing.push({ dataset, day, why: whyOther(is, recounted) });
      if (there && current !== revision) newer += 1;
    }
  return { same, newer, differing };
}

function whyOther(is: string | undefined, recounted: string): Differing['why'] {
  if (recounted === 'damaged') return 'damaged when proven';
  return is === undefined ? 'gone' : 'other rows';
}

async function recountOrNone(chunks: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  try {
    return (await recount(chunks)).fingerprint;
  } catch (thrown) {
    if (isDamaged(thrown)) return 'damaged';
    throw thrown;
  }
}
