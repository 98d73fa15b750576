import { readFileSync } from 'node:fs';

/** What docs/bi/dictionary.md and docs/privacy.md say of the columns, read from their pages: people go by these words. */

const DOCS = new URL('../../../docs/', import.meta.url);

export interface Word {
  readonly column: string;
  readonly type: string;
  /** The field of the source that it comes from; `undefined` when there is none, or it is derived. */
  readonly field: string | undefined;
  readonly isDerived: boolean;
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map(cell => cell.trim());
}

function plain(cell = ''): string {
  return cell.replaceAll('`', '');
}

/** The part of a page about a table. */
function sectionOf(page: string, heading: string): string {
  const [, section] = page.split(`${heading}\n`);
  if (section === undefined) throw new Error(`No section ${heading}`);
  return section.split(/\n#+ /)[0] ?? '';
}

function rowsOf(section: string): string[][] {
  const lines = section.split('\n').filter(line => line.startsWith('|') && !line.startsWith('|---'));
  return lines.map(cellsOf);
}

/** The columns of a table in order, as the dictionary has them for a dataset. */
export function dictionaryOf(table: string, dataset: string): Word[] {
  const page = readFileSync(new URL('bi/dictionary.md', DOCS), 'utf8');
  const [head = [], ...rows] = rowsOf(sectionOf(page, `## \`${table}\``));
  const place = head.indexOf(`\`${dataset}\``);
  return rows.map(row => {
    const from = plain(row[place]);
    const isDerived = from === '*derived*';
    return {
      column: plain(row[0]),
      type: row[1] ?? '',
      field: isDerived || from === '' ? undefined : from,
      isDerived,
    };
  });
}

/** What a profile does with each column of a table. */
export function privacyOf(table: string, profile: string): ReadonlyMap<string, string> {
  const section = sectionOf(readFileSync(new URL('privacy.md', DOCS), 'utf8'), `### \`${table}\``);
  const [head = [], ...rows] = rowsOf(section);
  const place = head.indexOf(`\`${profile}\``);
  const found = new Map(rows.map(row => [plain(row[0]), row[place] ?? '']));
  for (const [, what = '', names = ''] of section.matchAll(/^(As sent.*): ((?:`\w+`(?:, )?)+)\.$/gm))
    for (const [, name = ''] of names.matchAll(/`(\w+)`/g)) found.set(name, profile === 'full' ? 'as sent' : what);
  return found;
}
