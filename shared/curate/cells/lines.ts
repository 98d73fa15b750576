import { isUtf8 } from 'node:buffer';
import type { Cut } from '../../words/cut.ts';
import { viewOf } from './growing-bytes.ts';

/** Some lines of a partition, each of them a row. */
export interface Stretch {
  readonly body: Buffer;
  readonly view: DataView;
  /** As in the cut: places of `width / 2` fields of each row. */
  readonly spans: Uint32Array;
  readonly width: number;
  readonly rows: number;
  /** Whether all bytes are UTF-8, so that text can be taken over as it is. */
  readonly isUtf8: boolean;
}

export function stretchOf({ body, spans, fields, count }: Cut): Stretch {
  return { body, view: viewOf(body), spans, width: 2 * fields.length, rows: count, isUtf8: isUtf8(body) };
}
