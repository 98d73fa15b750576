import { escaped } from '../../shared/status/html/markup.ts';
import { type Label, shown } from './ranked.ts';

/** What every section of the report is made of: a heading, a picture, and its numbers behind a click. */

export interface Key {
  readonly name: string;
  readonly colour: string;
}

export function keys(all: readonly Key[]): string {
  const each = all.map(
    ({ name, colour }) =>
      `<span class="keyed"><span class="key" style="background:${colour}"></span>${escaped(name)}</span>`,
  );
  return each.join('');
}

export function coloursOf(all: readonly Key[]): string[] {
  return all.map(({ colour }) => colour);
}

export const NOTHING = '<p class="sub">There are none in this period.</p>';

export function section(title: string, sub: string, picture: string, table: string): string {
  return `<section><h2>${title}</h2><p class="sub">${sub}</p>${picture}${table}</section>`;
}

export type TableRow = readonly (string | Label)[];

export function table(head: readonly string[], rows: readonly TableRow[], kind = ''): string {
  const cells = (tag: 'th' | 'td', row: TableRow): string =>
    `<tr>${row.map(cell => `<${tag}${tag === 'th' ? ' scope="col"' : ''}>${typeof cell === 'string' ? escaped(cell) : shown(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map(row => cells('td', row)).join('');
  return `<table${kind && ` class="${kind}"`}><thead>${cells('th', head)}</thead><tbody>${body}</tbody></table>`;
}

export function numbers(head: readonly string[], rows: readonly TableRow[]): string {
  return `<details><summary>The numbers</summary><div class="scroll" tabindex="0">${table(head, rows)}</div></details>`;
}
