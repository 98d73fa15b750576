import type { Answer } from './answers.ts';
import type { Api, Dataset } from './datasets.ts';
import type { Occasion, Page, Selection } from './faults/fault.ts';
import type { FaultEngine, FaultName, InjectedFault } from './faults.ts';
import { dayNumber } from './moments.ts';
import type { Switches } from './switches.ts';
import { middleDay, type Tenant } from './tenant.ts';
import type { Range, View } from './views.ts';

/** What all requests share. */
export interface World {
  readonly seed: number;
  readonly tenant: Tenant;
  readonly switches: Switches;
  readonly faults: FaultEngine;
  readonly now: () => number;
  readonly foreignUrl: string;
  readonly cache: PageCache;
  /** Rows that faults made up or changed, as they were sent. */
  readonly addedByFaults: string[];
  /** Rises with every request. */
  nextTurn(): number;
}

/** A well-formed request for rows. */
export interface Ask {
  readonly dataset: Dataset;
  readonly api: Api;
  readonly range: Range;
  readonly view: View;
  /** The view of another range, served in the same way. */
  readonly viewOf: (range: Range) => View;
  readonly skip: number;
  readonly take: number;
  readonly origin: string;
  readonly address: string;
  /** Equal for repetitions of the request. */
  readonly line: string;
  readonly nowMs: number;
  readonly linkTo: (skip: number) => string;
  readonly refuse: Occasion['refuse'];
  /** Writes the body's members around the one that holds the rows. */
  readonly render: (page: Page, rows: Buffer | undefined) => Answer;
}

export interface Served {
  readonly answer: Answer;
  readonly fault?: FaultName | undefined;
  /** Rows in the body. */
  readonly rows: number;
}

/** Rows without a time are made from rows of this day, which is older than any history. */
const UNDATED_DAY = dayNumber('2001-01-01');

const EVENT_TIME = /"(startDateTime|sentDateTime|blockDateTime|processed_date|processing_date)":"[^"]*"/;

/** About 1 MB each. */
const CACHED_MAX = 32;

/** Rendered stretches of rows that can no longer change, the least recently used dropped first. */
export class PageCache {
  private readonly pages = new Map<string, Buffer>();

  rows(view: View, skip: number, end: number): Buffer {
    const key = view.key === undefined ? undefined : `${view.key}|${skip}|${end}`;
    const known = key === undefined ? undefined : this.pages.get(key);
    const rows = known ?? written(rowsOf(view, skip, end), '');
    if (key === undefined) return rows;
    this.pages.delete(key);
    this.pages.set(key, rows);
    const [oldest] = this.pages.keys();
    if (this.pages.size > CACHED_MAX && oldest !== undefined) this.pages.delete(oldest);
    return rows;
  }
}

export function* rowsOf(view: View, skip = 0, end = view.total): Generator<string> {
  for (let position = skip; position < end; position += 1) yield view.rowAt(position);
}

/** Where pages are written: one place for all of them, so that a large day leaves little for the collector. */
let desk = Buffer.alloc(2_000_000);

/** The JSON text of a list of rows. */
function written(rows: Iterable<string>, space: string): Buffer {
  let end = desk.write(`[${space}`);
  let separator = '';
  for (const row of rows) {
    const text = separator + row;
    const needed = end + 3 * text.length + 100;
    if (needed > desk.length) desk = Buffer.concat([desk.subarray(0, end)], 2 * needed);
    end += desk.write(text, end);
    separator = `,${space}`;
  }
  end += desk.write(`${space}]`, end);
  return Buffer.from(desk.subarray(0, end));
}

/** Answers a request for rows, with whatever goes wrong on the way. */
export function servePage(world: World, ask: Ask): Served {
  const { view, skip, take, dataset, range } = ask;
  const day = middleDay(range);
  const injected = world.faults.inject(
    {
      source: dataset.source,
      dataset: dataset.name,
      day,
      first: skip === 0,
      last: skip + take >= view.total,
      line: ask.line,
    },
    world.switches,
  );
  if (injected === undefined) {
    const end = Math.min(skip + take, view.total);
    const rows = Math.max(0, end - skip);
    return { answer: ask.render(pageFor(ask, view.total, rows), world.cache.rows(view, skip, end)), rows };
  }
  const { fault } = injected;
  return faultyAnswer(
    world,
    fault.range === undefined ? ask : { ...ask, view: ask.viewOf(fault.range(range)) },
    injected,
  );
}

function faultyAnswer(world: World, ask: Ask, injected: InjectedFault): Served {
  const { view } = ask;
  const { fault, name } = injected;
  const occasion = occasionOf(world, ask, middleDay(ask.range), injected);
  let page: Page | undefined;
  let answer = fault.instead?.(occasion);
  if (answer === undefined) {
    page = faultyPage(ask, occasion, fault.select?.(everyRow(view.total), occasion) ?? everyRow(view.total));
    fault.page?.(page, occasion);
    const { member } = page;
    const rows = member === undefined ? written(page.rows, page.space) : Buffer.from(member);
    answer = ask.render(page, member === '' ? undefined : rows);
  }
  return { answer: fault.wire?.(answer, occasion) ?? answer, fault: name, rows: page?.rows.length ?? 0 };
}

function pageFor(ask: Ask, total: number, rows: number): Page {
  const next = ask.skip + ask.take;
  const graph = ask.dataset.source === 'graph';
  return {
    rows: [],
    count: String(graph ? rows : total),
    link: graph && next < total ? JSON.stringify(ask.linkTo(next)) : undefined,
    linkName: '@odata.nextLink',
    more: [],
    context: true,
    member: undefined,
    space: '',
  };
}

function everyRow(total: number): Selection {
  return { total, positionOf: position => position };
}

function faultyPage(ask: Ask, occasion: Occasion, selection: Selection): Page {
  const rows: string[] = [];
  for (let at = ask.skip; at < Math.min(ask.skip + ask.take, selection.total); at += 1) {
    const position = selection.positionOf(at);
    rows.push(position === undefined ? occasion.strangeRow(0) : ask.view.rowAt(position));
  }
  return { ...pageFor(ask, selection.total, rows.length), rows };
}

function occasionOf(world: World, ask: Ask, dayText: string, { turn, walk }: InjectedFault): Occasion {
  const day = dayNumber(dayText);
  const { dataset, view } = ask;
  const note = (row: string): void => {
    world.addedByFaults.push(row);
  };
  return {
    source: dataset.source,
    dataset: dataset.name,
    api: ask.api,
    origin: ask.origin,
    foreignUrl: world.foreignUrl,
    address: ask.address,
    skip: ask.skip,
    take: ask.take,
    total: view.total,
    nowMs: ask.nowMs,
    day: dayText,
    walk,
    switches: world.switches,
    turn,
    linkTo: ask.linkTo,
    refuse: ask.refuse,
    note,
    strangeRow: daysBack => {
      const before = day - daysBack;
      const index = world.tenant.count(dataset, before) + 1 + world.addedByFaults.length;
      const row = world.tenant.rowText(dataset, ask.api, before, index, ask.nowMs);
      note(row);
      return row;
    },
    undatedRow: number => {
      const row = world.tenant
        .rowText(dataset, ask.api, UNDATED_DAY, number, ask.nowMs)
        .replace(EVENT_TIME, '"$1":null');
      note(row);
      return row;
    },
  };
}

/** Writes members in order, with `space` between them. */
export function objectOf(members: readonly (readonly [name: string, text: string | Buffer])[], space: string): Buffer {
  const parts: Buffer[] = [];
  for (const [name, text] of members) {
    parts.push(Buffer.from(`${parts.length === 0 ? '{' : ','}${space}"${name}":`), Buffer.from(text));
  }
  return Buffer.concat([...parts, Buffer.from(`${space}}`)]);
}
