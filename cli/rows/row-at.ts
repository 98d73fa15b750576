import { linesOf } from '../../shared/rows/cut.ts';
import { keyDigests } from '../../shared/rows/keys.ts';
import { cutSpecOf } from '../../shared/rows/place-in-day.ts';
import type { Cut } from '../../shared/words/cut.ts';
import type { Dataset } from '../../shared/words/model.ts';

/** The rows of a partition or revision one by one, with what identifies them. */

export interface RowAt {
  /** Equal for rows with equal keys. */
  readonly key: string;
  /** The n-th row of its file, from 1: names a row without saying anything of it. */
  readonly line: number;
  readonly text: string;
  /** Its event time as the source wrote it; `undefined` of a log whose rows have none, or of a row without. */
  readonly time: string | undefined;
}

export async function* rowsOf(dataset: Dataset, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RowAt> {
  let line = 0;
  for await (const cut of linesOf(chunks, cutSpecOf(dataset).fields)) {
    const keys = keysOf(dataset, cut);
    for (let row = 0; row < cut.count; row++) {
      line += 1;
      const text = cut.body.toString('utf8', cut.starts[row], cut.ends[row]);
      yield { key: keys[row] ?? '', line, text, time: timeIn(dataset, cut, row) };
    }
  }
}

/** @returns one key for each row of the cut */
export function keysOf(dataset: Dataset, cut: Cut): string[] {
  const digests = keyDigests(cut, dataset.key.length);
  return Array.from({ length: cut.count }, (_, row) => `${digests[2 * row]},${digests[2 * row + 1]}`);
}

/** What may be shown of a time: its day and hour, and nothing that a source hid in the place of one. */
const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?/;

function timeIn({ eventTime }: Dataset, { body, fields, spans }: Cut, row: number): string | undefined {
  const field = eventTime === undefined ? -1 : fields.indexOf(eventTime);
  if (field < 0) return undefined;
  const span = 2 * (row * fields.length + field);
  return TIME.exec(body.toString('utf8', (spans[span] ?? 0) + 1, Math.max(1, (spans[span + 1] ?? 0) - 1)))?.[0];
}
