import { NOWHERE, RowSpans } from '../rows/row-spans.ts';
import type { Cut } from '../words/cut.ts';
import { passingName } from './safe-text.ts';

const OPEN_BRACE = 0x7b;

/** Unknown fields of a partition whose places are asked for like those of known ones; more cost a second look. */
const LEARNED_MAX = 32;

/**
 * Those by dataset: a day most likely has the unknown fields of the day before, and its first lines would be looked at
 * twice.
 */
const learnedBefore = new Map<string, readonly string[]>();

/** What of the lines has no column, as members of a JSON object. */
export class Extras {
  /** Fields that have columns, and behind them those without one that were met so far. */
  readonly fields: string[];
  private readonly dataset: string;
  private readonly known: ReadonlySet<string>;
  private readonly shows: boolean;
  private members = new Map<number, string[]>();

  /** @param shows whether the values may be seen, or the names only */
  constructor(dataset: string, known: readonly string[], shows: boolean) {
    this.dataset = dataset;
    this.fields = [...known, ...(learnedBefore.get(dataset) ?? [])];
    this.known = new Set(known);
    this.shows = shows;
  }

  /** Adds a member to what a row has no column for. @param value JSON as sent */
  add(row: number, name: string, value: () => string): void {
    // Nobody has said what an unknown field holds, so only `full` shows it; the others name it, where it is a name.
    const member = this.shows ? `${JSON.stringify(name)}:${value()}` : `${JSON.stringify(passingName(name))}:null`;
    const others = this.members.get(row);
    if (others === undefined) this.members.set(row, [member]);
    else if (this.shows || !others.includes(member)) others.push(member);
  }

  /** Adds every unknown field of the cut, in the order in which the cut first has them. */
  collect(cut: Cut, width: number): void {
    const unknown = cut.members.filter(name => !this.known.has(name));
    if (unknown.length === 0) return;
    const learned = new Map(this.fields.slice(0, width / 2).map((name, place) => [name, place]));
    const others = unknown.filter(name => !learned.has(name));
    const places = others.length === 0 ? NOWHERE : placesOf(cut, others);
    for (const name of unknown) {
      const place = learned.get(name);
      if (place !== undefined) this.collectField(cut, name, cut.spans, width, place);
      else this.collectField(cut, name, places.spans, 2 * others.length, others.indexOf(name));
    }
    if (others.length > 0) this.learn(others);
  }

  private learn(names: readonly string[]): void {
    for (const name of names) if (this.fields.length < this.known.size + LEARNED_MAX) this.fields.push(name);
    learnedBefore.set(this.dataset, this.fields.slice(this.known.size));
  }

  /** Adds the whole line of each row that is no object. */
  collectOthers({ body, starts, ends, count }: Cut): void {
    for (let row = 0; row < count; row++) {
      const start = starts[row] as number;
      if (body[start] !== OPEN_BRACE)
        this.add(row, 'line', () => JSON.stringify(body.toString('utf8', start, ends[row])));
    }
  }

  private collectField(cut: Cut, name: string, spans: Uint32Array, width: number, place: number): void {
    for (let row = 0; row < cut.count; row++) {
      const start = spans[width * row + 2 * place] as number;
      const end = spans[width * row + 2 * place + 1] as number;
      if (end > start) this.add(row, name, () => cut.body.toString('utf8', start, end));
    }
  }

  /** The object of a row; `null` when all of it has columns. */
  objectOf(row: number): string | null {
    const members = this.members.get(row);
    return members === undefined ? null : `{${members.join(',')}}`;
  }

  get isEmpty(): boolean {
    return this.members.size === 0;
  }

  /** Begins the next cut. */
  clear(): void {
    if (this.members.size > 0) this.members = new Map();
  }
}

function placesOf(cut: Cut, fields: readonly string[]): RowSpans {
  const places = new RowSpans(cut.body, fields);
  for (let line = 0; line < cut.count; line++) places.addLine(cut.starts[line] ?? 0, cut.ends[line] ?? 0);
  return places;
}
