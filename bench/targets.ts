import type { Table } from './figures.ts';

/** What Landline promises to cost, held against what was measured. A figure is shown; no run fails for it. */

export interface Target {
  readonly what: string;
  readonly wanted: string;
  /** `undefined` when its section did not run, or ran without this size. */
  readonly found: number | undefined;
  /** The table that it was found in. */
  readonly where: string | undefined;
  readonly met: boolean | undefined;
}

/** Tables by the name of their section. */
type Found = ReadonlyMap<string, readonly Table[]>;

interface Place {
  readonly value: number;
  readonly where: string;
}

interface Promised {
  readonly what: string;
  readonly find: (found: Found) => readonly Place[];
  readonly atLeast?: number;
  readonly atMost?: number;
}

const PROMISED: readonly Promised[] = [
  { what: 'rows/s against the PageIterator', find: ours('speed / peer'), atLeast: 2 },
  { what: 'CPU per row against the PageIterator', find: ours('CPU / peer'), atMost: 0.5 },
  { what: 'rows/s against the bare copy', find: ours('speed / bare'), atLeast: 0.6 },
  { what: 'peak memory, MB', find: ours('peak MB'), atMost: 256 },
  { what: 'peak memory with days of a million rows against ten thousand', find: flatness, atMost: 1.2 },
  {
    what: 'share of a source of 200 ms, 4 days in flight',
    find: found => places(found, ['latency'], '4 in flight', 'share of the source'),
    atLeast: 0.9,
  },
  {
    what: 'planning ten years × 7 logs, CPU ms once warm',
    find: found => places(found, ['plan'], undefined, 'CPU ms, warm'),
    atMost: 100,
  },
  {
    what: 'drawing the page of a year × 7 logs, CPU ms the first time',
    find: found => places(found, ['page'], undefined, 'CPU ms, first time'),
    atMost: 200,
  },
  {
    what: '`landline status` over ten years × 7 logs, seconds',
    find: found => places(found, ['status'], 'landline status, the whole process', 'seconds'),
    atMost: 1,
  },
  ...['100,000 rows', '1,000,000 rows'].flatMap((size): Promised[] => [
    {
      what: `CPU of curating ${size} against DuckDB's COPY`,
      find: found => places(found, ['curate'], size, 'CPU / DuckDB'),
      atMost: 2,
    },
    {
      what: `curating ${size}, rows/s`,
      find: found => places(found, ['curate'], size, 'rows/s'),
      atLeast: 100_000,
    },
  ]),
  {
    what: 'peak memory of curating a day of a million rows, MB',
    find: found => places(found, ['curate'], '1,000,000 rows', 'peak MB'),
    atMost: 300,
  },
  { what: 'cold import, ms', find: found => places(found, ['import'], undefined, 'ms'), atMost: 500 },
];

/** One for each table that has the figure: a promise may hold for large days and not for small ones. */
export function targetsOf(found: Found): Target[] {
  return PROMISED.flatMap(({ what, find, atLeast, atMost }): Target[] => {
    const wanted = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
    const places = find(found);
    if (places.length === 0) return [{ what, wanted, found: undefined, where: undefined, met: undefined }];
    return places.map(({ value, where }) => {
      const met = value >= (atLeast ?? 0) && value <= (atMost ?? Number.POSITIVE_INFINITY);
      return { what, wanted, found: value, where, met };
    });
  });
}

export function textOf({ what, wanted, found, where, met }: Target): string {
  if (found === undefined) return `- not measured: ${what}, ${wanted}`;
  const value = found < 10 ? found.toFixed(2) : found.toFixed(0);
  return `- ${met ? 'met' : 'not met'}: ${what} ${value}, ${wanted} (${where})`;
}

function ours(figure: string): Promised['find'] {
  return found => places(found, ['sizes', 'days'], 'landline', figure);
}

/** The largest day of the run against the smallest; both must have been measured. */
function flatness(found: Found): Place[] {
  const [small, , large] = places(found, ['sizes'], 'landline', 'peak MB');
  return small === undefined || large === undefined ? [] : [{ value: large.value / small.value, where: large.where }];
}

function places(found: Found, sections: readonly string[], what: string | undefined, figure: string): Place[] {
  const tables = sections.flatMap(section => found.get(section) ?? []);
  return tables.flatMap(({ title, rows }) =>
    rows
      .filter(row => what === undefined || row.what === what)
      .flatMap(({ figures }) => {
        const measured = figures[figure];
        return measured === undefined || typeof measured === 'string' ? [] : [{ value: measured.median, where: title }];
      }),
  );
}
