import { linesOf } from '../rows/cut.ts';
import { KeyTable, keyDigests } from '../rows/keys.ts';
import { cutSpecOf } from '../rows/place-in-day.ts';
import { isUnreadable } from '../words/errors.ts';
import type { DayEntry } from '../words/ledger.ts';
import type { Dataset, Day } from '../words/model.ts';
import type { Clock, Lake, Ledger } from '../words/ports.ts';

export interface LendingPorts {
  readonly ledger: Pick<Ledger, 'day' | 'watermark'>;
  readonly lake: Pick<Lake, 'read'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Reads about other days of the log than the one that is read. */
export class OtherDays {
  private readonly dataset: Dataset;
  private readonly on: LendingPorts;

  constructor(dataset: Dataset, on: LendingPorts) {
    this.dataset = dataset;
    this.on = on;
  }

  /** Of a day whose entity is damaged nothing is known, as of one that never landed. */
  async entryOf(day: Day): Promise<DayEntry | undefined> {
    return (await this.on.ledger.day(this.dataset.name, day).catch(unlessUnreadable))?.value;
  }

  /** The first day of the log. While it is not recorded, every day may be one of the log's. */
  async firstDay(): Promise<Day> {
    return (await this.on.ledger.watermark(this.dataset.name).catch(unlessUnreadable))?.value.firstDay ?? '';
  }

  /** The rows of a day's partition. @param table where they are added */
  async rowsOf(day: Day, table: KeyTable = new KeyTable()): Promise<KeyTable> {
    const chunks = await this.on.lake.read(this.dataset.name, day);
    if (chunks === undefined) return table;
    for await (const cut of linesOf(chunks, cutSpecOf(this.dataset).fields)) {
      const keys = keyDigests(cut, this.dataset.key.length);
      for (let row = 0; row < cut.count; row++) table.add(keys, row);
    }
    return table;
  }
}

function unlessUnreadable(thrown: unknown): undefined {
  if (!isUnreadable(thrown)) throw thrown;
}
