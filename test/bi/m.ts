import * as PQP from '@microsoft/powerquery-parser';

/** Power Query read by Microsoft's own parser. */

/** @returns what the parser refuses; `undefined` when it takes the whole text */
export async function mProblem(text: string): Promise<string | undefined> {
  const task = await PQP.TaskUtils.tryLexParse(PQP.DefaultSettings, text);
  if (PQP.TaskUtils.isParseStageOk(task)) return undefined;
  return PQP.TaskUtils.isError(task) ? task.error.message : 'it does not parse';
}

const KEYWORDS =
  'and as each else error false if in is let meta not null nullable or otherwise then true try type list table record text number logical date datetime datetimezone any none function section shared _'.split(
    ' ',
  );

/** The library that the project uses. What is not here may be misspelt. */
const LIBRARY =
  /^(AzureStorage\.Blobs|Currency\.Type|Date\.(AddDays|DayOfWeek|EndOfYear|From|FromText|QuarterOfYear|StartOfWeek|StartOfYear|ToText|Year)|DateTime\.(Date|From|Time)|DateTimeZone\.(RemoveZone|ToUtc|UtcNow)|Day\.Monday|Duration\.Days|Error\.Record|Int64\.Type|List\.(Buffer|Contains|Count|Dates|IsEmpty|Max|Min|RemoveNulls|Select|Sum|Transform)|MissingField\.UseNull|Number\.(FromText|Mod|Round)|Parquet\.Document|Record\.(Field|HasFields)|Table\.(AddColumn|Column|Combine|FromColumns|HasColumns|ColumnNames|SelectColumns|SelectRows|TransformColumnTypes|TransformColumns)|Time\.Hour|Text\.(At|BetweenDelimiters|Contains|End|EndsWith|From|Length|Middle|PadStart|StartsWith|Upper))$/;

/** Names that a text uses and nobody defines: neither it, nor the library, nor the shared expressions. */
export function undefinedIn(text: string, shared: ReadonlySet<string>): string[] {
  const bare = text
    .replace(/#"([^"]*)"/g, ' ')
    .replace(/"(?:[^"]|"")*"|\/\/[^\n]*|#(?:date|datetime|duration|table|datetimezone|time)\b/g, ' ');
  const defined = new Set([...bare.matchAll(/\b([A-Za-z_]\w*)\s*(?:=|as\b)(?!=)/g)].map(([, name]) => name));
  const used = bare.replace(/\[\s*[A-Za-z_]\w*\s*\]/g, ' ').match(/[A-Za-z_][\w.]*/g) ?? [];
  return [
    ...new Set(
      used.filter(name => !KEYWORDS.includes(name) && !LIBRARY.test(name) && !defined.has(name) && !shared.has(name)),
    ),
  ];
}
