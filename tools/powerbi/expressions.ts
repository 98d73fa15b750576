import type { Expression } from './model.ts';
import { changesOf, RULES, type RuleName, ZONES } from './time-zones.ts';

/** The shared Power Query of the project: its parameters and functions. */

function parameter(value: string, type: string, more = ''): string {
  return `${value} meta [IsParameterQuery = true, ${more}Type = "${type}", IsParameterQueryRequired = true]`;
}

const CURATED_TABLE = `let
    CuratedTable = (
        tableName as text,
        columns as list,
        firstInstant as nullable datetime,
        endInstant as nullable datetime
    ) as table =>
        let
            Container = AzureStorage.Blobs("https://" & StorageAccount & ".blob." & StorageSuffix & "/"){[Name = "curated"]}[Data],
            OfTable = Table.SelectRows(
                Container,
                each Text.StartsWith([Name], "v1/" & tableName & "/") and Text.EndsWith([Name], "/part-0.parquet")
            ),
            // The folder of a day says which day it is, so that files of other days are not read.
            InRange = (name as text) as logical =>
                if firstInstant = null or not Text.Contains(name, "/date=") then
                    true
                else
                    let
                        day = DateTime.From(
                            Date.FromText(Text.BetweenDelimiters(name, "/date=", "/"), [Format = "yyyy-MM-dd"])
                        )
                    in
                        day >= firstInstant and day < endInstant,
            Files = Table.SelectRows(OfTable, each InRange([Name])),
            Names = List.Transform(columns, each _{0}),
            // A table that no log fills has no file: it is a table without rows, and not an error.
            Rows = List.Transform(
                Table.Column(Files, "Content"),
                each Table.SelectColumns(Parquet.Document(_), Names, MissingField.UseNull)
            ),
            All = if List.IsEmpty(Rows) then #table(Names, {}) else Table.Combine(Rows),
            OnePerKey =
                if List.Contains(Names, "conflict_ordinal") then
                    Table.SelectRows(All, each [conflict_ordinal] = 0)
                else
                    All,
            Instants = List.Transform(List.Select(columns, each _{1} = type datetime), each _{0}),
            AsUtc = (value as any) as any =>
                if value is datetimezone then DateTimeZone.RemoveZone(DateTimeZone.ToUtc(value)) else value,
            InUtc = Table.TransformColumns(OnePerKey, List.Transform(Instants, each {_, AsUtc})),
            Typed = Table.TransformColumnTypes(InUtc, columns, "en-US")
        in
            Typed
in
    CuratedTable`;

const WITH_LOCAL_TIME = `let
    WithLocalTime = (rows as table, instant as text) as table =>
        let
            Zone =
                if Text.StartsWith(TimeZone, "UTC") and Text.Length(TimeZone) = 9 then
                    let
                        minutes = 60 * Number.FromText(Text.Middle(TimeZone, 4, 2)) + Number.FromText(Text.End(TimeZone, 2)),
                        sign = if Text.At(TimeZone, 3) = "-" then -1 else 1
                    in
                        [Standard = sign * minutes, Clock = 0, Changes = {}]
                else if Record.HasFields(TimeZones, TimeZone) then
                    Record.Field(TimeZones, TimeZone)
                else
                    error Error.Record(
                        "Parameter",
                        "This project does not know the TimeZone. Choose one of the list, or enter a fixed offset such as UTC+05:30.",
                        TimeZone
                    ),
            Changes = List.Buffer(Zone[Changes]),
            // Clocks go to summer time at the first change, back at the second, and so on.
            Local = (at as nullable datetime) as nullable datetime =>
                if at = null then
                    null
                else
                    let
                        clock = at + #duration(0, 0, Zone[Clock], 0),
                        passed = List.Count(List.Select(Changes, each _ <= clock)),
                        summer = if Number.Mod(passed, 2) = 1 then 60 else 0
                    in
                        at + #duration(0, 0, Zone[Standard] + summer, 0),
            At = Table.AddColumn(rows, "local_at", each Local(Record.Field(_, instant)), type datetime),
            Day = Table.AddColumn(At, "local_day", each DateTime.Date([local_at]), type date),
            Hour = Table.AddColumn(Day, "local_hour", each Time.Hour(DateTime.Time([local_at])), Int64.Type)
        in
            Hour
in
    WithLocalTime`;

const MILLIONTHS = `let
    Millionths = (rows as table, column as text) as table =>
        Table.AddColumn(
            rows,
            column & "_millionths",
            each
                let
                    amount = Record.Field(_, column)
                in
                    if amount = null then null else Number.Round(amount * 1000000),
            Int64.Type
        )
in
    Millionths`;

function timeZones(): string {
  const instant = (at: number): string => {
    const date = new Date(at);
    return `#datetime(${date.getUTCFullYear()}, ${date.getUTCMonth() + 1}, ${date.getUTCDate()}, ${date.getUTCHours()}, 0, 0)`;
  };
  const names = Object.keys(RULES) as RuleName[];
  const rules = names.map(
    name => `    ${name} = {\n        ${changesOf(name).map(instant).join(',\n        ')}\n    }`,
  );
  const zones = ZONES.map(({ name, standard, rule }) => {
    const clock = rule !== undefined && RULES[rule].clock === 'standard' ? standard : 0;
    return `        #"${name}" = [Standard = ${standard}, Clock = ${clock}, Changes = ${rule ?? '{}'}]`;
  });
  return `let\n${rules.join(',\n')}\nin\n    [\n${zones.join(',\n')}\n    ]`;
}

export const EXPRESSIONS: readonly Expression[] = [
  {
    name: 'StorageAccount',
    meaning: 'Name of the storage account that holds the container `curated`.',
    m: parameter('"yourdataaccount"', 'Text'),
  },
  {
    name: 'StorageSuffix',
    meaning: 'The domain of Azure storage: core.windows.net, core.usgovcloudapi.net or core.chinacloudapi.cn.',
    m: parameter('"core.windows.net"', 'Text'),
  },
  {
    name: 'TimeZone',
    meaning: 'The time zone of local days and hours: one of the list, or a fixed offset such as UTC+05:30.',
    m: parameter(
      '"UTC"',
      'Text',
      `List = {${ZONES.map(({ name }) => `"${name}"`).join(', ')}}, DefaultValue = "UTC", `,
    ),
  },
  {
    name: 'RangeStart',
    meaning:
      'The first day to load, for incremental refresh. After you publish the model, the Power BI service sets it.',
    m: parameter('#datetime(2020, 1, 1, 0, 0, 0)', 'DateTime'),
  },
  {
    name: 'RangeEnd',
    meaning:
      'The day after the last day to load, for incremental refresh. After you publish the model, the Power BI service sets it.',
    m: parameter('#datetime(2100, 1, 1, 0, 0, 0)', 'DateTime'),
  },
  {
    name: 'CuratedTable',
    meaning: 'Reads a curated table with the given columns and types: all of it, or the days of a range.',
    m: CURATED_TABLE,
  },
  {
    name: 'Millionths',
    meaning:
      'Adds a column with an amount in millionths, a whole number, so that the model adds up amounts without rounding.',
    m: MILLIONTHS,
  },
  {
    name: 'WithLocalTime',
    meaning:
      'Adds columns with the time, the day and the hour of an instant in the time zone of the parameter TimeZone.',
    m: WITH_LOCAL_TIME,
  },
  {
    name: 'TimeZones',
    meaning:
      'Time zones by name: minutes from UTC in winter, and the instants at which clocks change, beginning with a change to summer time.',
    m: timeZones(),
  },
];
