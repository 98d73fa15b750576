import { isUtf8 } from 'node:buffer';
import type { Cut } from '../../rows.ts';
import { viewOf } from './growing-bytes.ts';

/** Some lines of a partition, and which of them become rows. */
export interface Stretch {
  readonly body: Buffer;
  readonly view: DataView;
  /** As in the cut: places of `width / 2` fields of each line. */
  readonly spans: Uint32Array;
  readonly width: number;
  /** Lines that become rows, in order: the first `count` entries. */
  readonly lines: Uint32Array;
  count: number;
  /** Whether all bytes are UTF-8, so that text can be taken over as it is. */
  readonly isUtf8: boolean;
}

/** The lines of a cut, none of them a row yet. */
export function stretchOf({ body, spans, fields, count }: Cut): Stretch {
  const lines = new Uint32Array(count);
  return { body, view: viewOf(body), spans, width: 2 * fields.length, lines, count: 0, isUtf8: isUtf8(body) };
}
