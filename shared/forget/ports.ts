import type { CuratePorts } from '../curate/curate-day.ts';
import type { Day } from '../words/model.ts';
import type { Clock, Eraser } from '../words/ports.ts';

/** What an erasure works with, and what it could not do. */

export interface ForgetPorts extends CuratePorts {
  readonly clock: Clock;
  readonly eraser: Eraser;
  /** Called before each day. */
  readonly onDay?: (doing: 'searching' | 'erasing', dataset: string, day: Day) => void;
}

/** A day that may still name the person, because it could not be searched or not be written again. */
export interface UnsureDay {
  readonly dataset: string;
  readonly day: Day;
  readonly why: string;
}

export const DAMAGED_ENTRY = 'its entry in the ledger is damaged: run `landline rebuild`, then this again';
