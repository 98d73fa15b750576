import type { ColumnKind } from '../../shared/curate/table-model.ts';

/** The Power Query of the project: how each of its tables is read. */

const M_TYPES: Readonly<Record<ColumnKind, string>> = {
  text: 'type text',
  int: 'Int64.Type',
  long: 'Int64.Type',
  money: 'type number',
  time: 'type datetime',
  date: 'type date',
  flag: 'type logical',
};

export interface Read {
  readonly name: string;
  readonly kind: ColumnKind;
}

function typesOf(columns: readonly Read[]): string {
  return `{\n${columns.map(({ name, kind }) => `        {"${name}", ${M_TYPES[kind]}}`).join(',\n')}\n    }`;
}

/** A step of a query: what it is called, and its expression, in which `rows` is the table so far. */
export type Step = readonly [name: string, expression: (rows: string) => string];

/** The query of a curated table: read with the types of the dictionary, then the steps. */
export function query(table: string, columns: readonly Read[], byDay: boolean, steps: readonly Step[]): string {
  const range = byDay ? 'RangeStart, RangeEnd' : 'null, null';
  const lines = [`    Columns = ${typesOf(columns)}`, `    Rows = CuratedTable("${table}", Columns, ${range})`];
  let rows = 'Rows';
  for (const [name, expression] of steps) {
    lines.push(`    ${name} = ${expression(rows)}`);
    rows = name;
  }
  return `let\n${lines.join(',\n')}\nin\n    ${rows}`;
}

/** A number that differs whenever a day of the range was curated anew: revisions only ever rise. */
export function polling(datasets: readonly string[]): string {
  return `let
    Columns = {{"source_dataset", type text}, {"day", type date}, {"curated_revision", Int64.Type}},
    Status = CuratedTable("partition_status", Columns, null, null),
    Days = Table.SelectRows(
        Status,
        each
            List.Contains({${datasets.map(name => `"${name}"`).join(', ')}}, [source_dataset])
            and DateTime.From([day]) >= RangeStart
            and DateTime.From([day]) < RangeEnd
    )
in
    List.Sum(Table.Column(Days, "curated_revision")) ?? 0`;
}

/** Rows that are known when the project is written. */
export function staticTable(columns: readonly Read[], rows: readonly (readonly (string | number | null)[])[]): string {
  const types = columns.map(({ name, kind }) => `${name} = ${M_TYPES[kind].replace('type ', 'nullable ')}`);
  const cell = (value: string | number | null): string =>
    typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value);
  const lines = rows.map(row => `        {${row.map(cell).join(', ')}}`);
  return `#table(\n    type table [${types.join(', ')}],\n    {\n${lines.join(',\n')}\n    }\n)`;
}

/** Every day of the years that the status tells of, so that months are whole and have neighbours. */
export const DATES = `let
    Columns = {{"day", type date}},
    Status = CuratedTable("partition_status", Columns, null, null),
    Held = List.RemoveNulls(Table.Column(Status, "day")),
    Today = Date.From(DateTimeZone.UtcNow()),
    First = Date.StartOfYear(List.Min(Held) ?? Today),
    Last = Date.EndOfYear(Date.AddDays(List.Max(Held) ?? Today, 1)),
    Days = List.Dates(First, Duration.Days(Last - First) + 1, #duration(1, 0, 0, 0)),
    Rows = Table.FromColumns({Days}, type table [date = date]),
    Year = Table.AddColumn(Rows, "year", each Date.Year([date]), Int64.Type),
    Quarter = Table.AddColumn(
        Year,
        "quarter",
        each Text.From([year]) & " Q" & Text.From(Date.QuarterOfYear([date])),
        type text
    ),
    Month = Table.AddColumn(Quarter, "month", each Date.ToText([date], [Format = "yyyy-MM"]), type text),
    Week = Table.AddColumn(Month, "week", each Date.StartOfWeek([date], Day.Monday), type date),
    Number = Table.AddColumn(
        Week,
        "weekday_number",
        each Date.DayOfWeek([date], Day.Monday) + 1,
        Int64.Type
    ),
    Names = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
    Weekday = Table.AddColumn(Number, "weekday", each Names{[weekday_number] - 1}, type text)
in
    Weekday`;

export const HOURS = `let
    Hours = Table.FromColumns({{0..23}}, type table [hour = Int64.Type]),
    Named = Table.AddColumn(
        Hours,
        "hour_name",
        each Text.PadStart(Text.From([hour]), 2, "0") & ":00",
        type text
    )
in
    Named`;
