import { counted } from '../../shared/status/text.ts';
import type { Output } from '../terminal/output.ts';
import type { Differences, RowDifference } from './differences.ts';

/** Rows that differ, on a terminal and as JSON: by their place and time, and whole only where a person wants that. */

/** Rows that are shown unless somebody asks for more. */
export const SHOWN_ROWS = 50;

const SIGNS = { added: '+', changed: '~', removed: '-' } as const;
const COLOURS = { added: 'green', changed: 'yellow', removed: 'red' } as const;

export function tellDifferences({ rows, added, changed, removed }: Differences, whole: boolean, out: Output): void {
  for (const row of rows) tellRow(row, whole, out);
  const more = added + changed + removed - rows.length;
  if (more > 0) out.line(`${counted(more, 'more row')}: --limit shows them.`);
}

function tellRow(row: RowDifference, whole: boolean, out: Output): void {
  const { kind, line, time, members, text, before } = row;
  const about = [`line ${line}`, time, kind === 'changed' ? memberNames(members) : undefined]
    .filter(Boolean)
    .join('  ');
  out.line(out.paint(COLOURS[kind], `${SIGNS[kind]} ${about}`));
  if (!whole) return;
  if (before !== undefined) out.line(`    was ${before}`);
  out.line(`    ${before === undefined ? '' : 'is  '}${text}`);
}

function memberNames(members: readonly string[]): string {
  return members.length === 0 ? 'only its order or spaces differ' : members.join(', ');
}

/** The same for programs. */
export function differencesJson({ rows, ...counts }: Differences, whole: boolean) {
  return {
    ...counts,
    rows: rows.map(({ kind, line, time, members, text, before }) => ({
      kind,
      line,
      ...(time !== undefined && { time }),
      ...(kind === 'changed' && { members }),
      ...(whole && { row: text, ...(before !== undefined && { before }) }),
    })),
  };
}
