import type { Answer } from '../answers.ts';
import type { Api, DatasetName } from '../datasets.ts';
import type { Switches } from '../switches.ts';
import type { Range } from '../views.ts';

/** What a fault sees of the request it is injected into, and what it may do besides changing the answer. */
export interface Occasion {
  readonly source: 'graph' | 'voximplant';
  /** `token` for the token endpoint. */
  readonly dataset: DatasetName | 'token';
  readonly api: Api;
  /** `http://host:port` as the client addressed the simulator. */
  readonly origin: string;
  /** A second server that only notes who comes: another port of the same machine. */
  readonly foreignUrl: string;
  /** The whole address of this request. */
  readonly address: string;
  /** Rows skipped before this page, rows of a full page, rows in all. */
  readonly skip: number;
  readonly take: number;
  readonly total: number;
  readonly nowMs: number;
  /** The UTC day at the middle of the range asked for. */
  readonly day: string;
  /** How often the first page of this day was asked for, this time included: pages of one walk have the same number. */
  readonly walk: number;
  readonly switches: Readonly<Switches>;
  /** How often this fault was injected, this time included. */
  readonly turn: number;
  /** A link of the usual form to the page that starts at `skip`. */
  linkTo(skip: number): string;
  /**
   * A row that is true of no day: made like the others, and noted in `addedByFaults`.
   *
   * @param daysBack how far its time lies before the day asked for
   */
  strangeRow(daysBack: number): string;
  /**
   * A row without a time, the same one at whatever range: made like the others, and noted in `addedByFaults`.
   *
   * @param number tells several of them apart
   */
  undatedRow(number: number): string;
  /** Notes the text of a row that was changed or made up. */
  note(row: string): void;
  /** An error of the source's own shape. */
  refuse(status: number, code: string, message: string, headers?: Readonly<Record<string, string>>): Answer;
}

/** Which rows a request gets: positions of the page are looked up in the view through it. */
export interface Selection {
  readonly total: number;
  /** The row at a position of the answer; `undefined` for one that has to be made up. */
  readonly positionOf: (position: number) => number | undefined;
}

/** A page before it becomes text. */
export interface Page {
  rows: string[];
  /** `@odata.count` or `total_count`, as JSON text; `undefined` leaves it out. */
  count: string | undefined;
  /** `@odata.nextLink`, as JSON text; `undefined` leaves it out. */
  link: string | undefined;
  linkName: string;
  /** More members of the body: name and JSON text. */
  readonly more: (readonly [name: string, text: string])[];
  /** Whether `@odata.context` is there. */
  context: boolean;
  /** The member that holds the rows, as JSON text, in place of what the rows would give; `''` leaves it out. */
  member: string | undefined;
  /** Written between the members of the body and between the rows. */
  space: string;
}

/**
 * What a correct client does about it.
 *
 * `accept`   it is no fault, or no more than a notice
 * `retry`    the same request again, later when it was told so
 * `reread`   the day again from its first page
 * `hold`     the day is kept as it was until the source agrees with itself again
 * `refuse`   the page is not accepted and a person is needed while it lasts
 */
export type Recovery = 'accept' | 'retry' | 'reread' | 'hold' | 'refuse';

/** A way for an answer to go wrong. The members that are present say at which stage. */
export interface Fault {
  readonly meaning: string;
  readonly recovery: Recovery;
  /** Injected once, it leaves a correct client with exactly the true rows, without a person. */
  readonly passing: boolean;
  /** Costs the client a timeout or a long wait. */
  readonly slow?: boolean;
  /** Only one source knows it. */
  readonly source?: 'graph' | 'voximplant';
  /** Applies only to pages after the first. */
  readonly further?: boolean;
  /** It shows only across the border of two days, whose rows it lends, loses or repeats. */
  readonly seam?: boolean;
  /** Each walk over the same range gives something else, so that nobody can ask again for what was sent. */
  readonly varies?: boolean;
  /** The range that is served in place of the one asked for. */
  readonly range?: (range: Range) => Range;
  readonly instead?: (occasion: Occasion) => Answer;
  readonly select?: (selection: Selection, occasion: Occasion) => Selection;
  readonly page?: (page: Page, occasion: Occasion) => void;
  readonly wire?: (answer: Answer, occasion: Occasion) => Answer;
}
