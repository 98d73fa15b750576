import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { INFRA } from '../../infra/template.ts';

/** Every KQL text of the repository, whole, as it is run. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BEGIN = readFileSync(join(INFRA, 'kql/alerts-begin.kql'), 'utf8');

/** What the template puts into rules and the workbook: `alert missing`, `tile lag`. */
export function deployedQueries(): ReadonlyMap<string, string> {
  const texts = (folder: string) =>
    globSync(`kql/${folder}/*.kql`, { cwd: INFRA })
      .sort()
      .map(path => [basename(path, '.kql'), readFileSync(join(INFRA, path), 'utf8')] as const);
  return new Map([
    ...texts('alerts').map(([name, text]) => [`alert ${name}`, `${BEGIN}${text}`] as const),
    ...texts('workbook').map(([name, text]) => [`tile ${name}`, text] as const),
  ]);
}

/**
 * Those of the documents, by page and line: blocks marked `kql`, and pieces of code in a line that have a step of a
 * query. One that goes on from a `let` of the same page has it in front.
 */
export function documentedQueries(): ReadonlyMap<string, string> {
  const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).sort();
  return new Map(pages.flatMap(page => queriesOf(page, readFileSync(join(ROOT, page), 'utf8'))));
}

const BLOCK = /^```(?:kql|kusto)\r?\n([\s\S]*?)^```/gm;
const PIECE = /`([^`\n]*\|\s*(?:where|summarize|project|extend|distinct|order by|take|count)\b[^`\n]*)`/g;

function queriesOf(page: string, text: string): [string, string][] {
  const blocks = [...text.matchAll(BLOCK)].map(({ index, 1: block = '' }) => ({ index, query: block }));
  const bare = text.replace(/^```[\s\S]*?^```/gm, block => block.replace(/[^\n]/g, ' '));
  // A bar inside a table is written with a backslash.
  const pieces = [...bare.matchAll(PIECE)].map(({ index, 1: piece = '' }) => ({
    index,
    query: piece.replaceAll('\\|', '|'),
  }));
  const lets = blocks.map(({ query }) => query).filter(query => /^let [\s\S]*;\s*$/.test(query));
  return [...blocks, ...pieces].map(({ index, query }) => [
    `${page}:${text.slice(0, index).split('\n').length}`,
    lets.includes(query) ? `${query}${/^let (\w+)/.exec(query)?.[1]}` : `${lets.join('')}${query}`,
  ]);
}
