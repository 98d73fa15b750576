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

/** @param kind of a table that stands in the page itself: on a phone, its cells stand below one another with their heads */
export function table(head: readonly string[], rows: readonly TableRow[], kind = ''): string {
  const text = (cell: string | Label): string => (typeof cell === 'string' ? escaped(cell) : shown(cell));
  const named = (at: number): string => (kind === '' ? '' : ` data-h="${escaped(head[at] ?? '')}"`);
  const top = head.map(cell => `<th scope="col">${text(cell)}</th>`).join('');
  const body = rows.map(row => `<tr>${row.map((cell, at) => `<td${named(at)}>${text(cell)}</td>`).join('')}</tr>`);
  return `<table${kind && ` class="${kind}"`}><thead><tr>${top}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

export function numbers(head: readonly string[], rows: readonly TableRow[]): string {
  return `<details><summary>The numbers</summary><div class="scroll" tabindex="0">${table(head, rows)}</div></details>`;
}
