import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Compiler, type Diagnostic, snapshot } from './bicep.ts';
import { INFRA } from './template.ts';

/**
 * What each set of parameters would deploy, as the compiler predicts it, in a form that is read in a review: a change of
 * a module, of a default or of a set shows there as the lines of the resources that it changes.
 */

export const SNAPSHOTS = join(INFRA, 'snapshots');

export interface Snapshot {
  /** Of the set of parameters. */
  readonly name: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Empty when there were errors. */
  readonly text: string;
}

/** Compiles every set of parameters, in a copy: the compiler writes beside its source. */
export function takeSnapshots(compiler: Compiler): Snapshot[] {
  const folder = mkdtempSync(join(tmpdir(), 'landline-snapshot-'));
  try {
    cpSync(INFRA, folder, { recursive: true });
    return globSync('parameters/*.bicepparam', { cwd: folder })
      .sort()
      .map(path => {
        const { diagnostics, output } = snapshot(compiler, join(folder, path));
        return { name: basename(path, '.bicepparam'), diagnostics, text: output === '' ? '' : readable(output) };
      });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function storedSnapshot(name: string): string {
  return readFileSync(join(SNAPSHOTS, `${name}.txt`), 'utf8').replaceAll('\r', '');
}

interface Predicted {
  readonly id: string;
  readonly [member: string]: unknown;
}

/** One paragraph for each resource: where it is, and every value of it under its path. */
function readable(output: string): string {
  const { predictedResources } = JSON.parse(output) as { readonly predictedResources: readonly Predicted[] };
  return predictedResources
    .map(({ id, type: _, name: __, ...rest }) => [short(id), ...linesOf('', rest)].join('\n'))
    .sort()
    .map(paragraph => `${paragraph}\n`)
    .join('\n');
}

function linesOf(path: string, value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0)
    return [`  ${path}: ${typeof value === 'string' ? short(value) : JSON.stringify(value)}`];
  return Object.entries(value).flatMap(([key, each]) => {
    const within = (name: string): string => (path === '' ? name : `${path}.${name}`);
    // Settings of the app are a list of names and values: each under its name.
    if (!Array.isArray(value) || !isNamed(each)) return linesOf(within(key), each);
    const { name, ...rest } = each;
    return linesOf(within(name), Object.keys(rest).join() === 'value' ? rest['value'] : rest);
  });
}

function isNamed(value: unknown): value is { readonly name: string; readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}

const GROUP = /\/subscriptions\/00000000-0000-0000-0000-000000000001(\/resourceGroups\/rg-landline)?\/providers\//g;

/** Queries and the workbook have files of their own; here it only shows that they have changed. */
function short(long: string): string {
  const text = long.replace(GROUP, (_, group) => (group === undefined ? '(subscription)/' : '(group)/'));
  if (text.length <= 240) return text.replaceAll('\n', '\\n');
  return `(${text.length} characters, ${createHash('sha256').update(text).digest('hex').slice(0, 8)})`;
}
