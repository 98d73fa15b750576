import { type Command, InvalidArgumentError } from 'commander';
import { meant } from '../shared/config/did-you-mean.ts';
import { DATASETS } from '../shared/datasets/index.ts';
import { lastDay } from '../shared/ledger/settling.ts';
import { isDay } from '../shared/words/day.ts';
import { type Dataset, type Day, SOURCES, type SourceName } from '../shared/words/model.ts';
import type { Connection } from './connection.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Target } from './settings-files.ts';
import type { Output } from './terminal/output.ts';
import { UsageError } from './usage-error.ts';

/** What every command is made of. One file per command; `main.ts` is the list. */

/** What a command works on. */
export interface On extends Connection {
  readonly out: Output;
  readonly json: boolean;
  readonly now: number;
  /** How this command line is called for the same target. */
  readonly self: string;
}

/** Makes a command's work an action of the program; its result is the exit code. */
type Runner<O, Told extends unknown[] = []> = <A extends unknown[]>(
  work: (on: O, ...args: A) => Promise<ExitCode>,
  ...told: Told
) => (...args: A) => Promise<void>;

export interface Runners {
  /**
   * Opens the connection, runs the command, closes again. A place that nobody named is said first, unless the text of
   * the command `saysWhere` by itself.
   */
  readonly act: Runner<On, [told?: { readonly saysWhere: true }]>;
  /** Opens none: for what has to work when nothing else does. */
  readonly free: Runner<Pick<On, 'out' | 'json'> & { readonly target: Target }>;
}

/** Adds one command to the program. */
export type Register = (program: Command, runners: Runners) => void;

export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map(line => `  ${line}`).join('\n')}`;
}

const NAMES: readonly string[] = DATASETS.map(({ name }) => name);

export function dataset(name: string): Dataset {
  const found = DATASETS.find(each => each.name === name);
  if (found !== undefined) return found;
  if (isDay(name))
    throw new InvalidArgumentError(`Name the dataset before the day, such as ${DATASETS[0]?.name} ${name}.`);
  throw unknown(name, NAMES);
}

function unknown(name: string, known: readonly string[]): Error {
  return new InvalidArgumentError(`There is no dataset "${name}"; ${meant(name, known)}`);
}

export function datasets(text: string): Dataset[] {
  return text.split(',').map(name => dataset(name.trim()));
}

/** The datasets that a name means: itself, or all of a source. */
export function datasetOrSource(name: string): Dataset[] {
  const source = SOURCES.find((each): each is SourceName => each === name);
  if (source !== undefined) return DATASETS.filter(each => each.source === source);
  if (NAMES.includes(name)) return [dataset(name)];
  throw unknown(name, [...NAMES, ...SOURCES]);
}

export function whole(min: number, max: number): (text: string) => number {
  return text => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

/** `2/7`: the second of seven shares. */
export function part(text: string): { n: number; of: number } {
  const [n = Number.NaN, of = Number.NaN] = /^(\d{1,4})\/(\d{1,4})$/.exec(text)?.slice(1).map(Number) ?? [];
  if (n >= 1 && n <= of) return { n, of };
  throw new InvalidArgumentError('Expected a share such as 2/7: n from 1 to the number of shares.');
}

/** Those that were named, or all that are switched on. */
export function chosen(on: On, named: readonly Dataset[] | undefined): readonly Dataset[] {
  return named === undefined ? on.datasets : asSet(on, named);
}

/** Those that were named, or all there are: a dataset that is switched off is still held. */
export function everyDataset(on: On, named: readonly Dataset[] | undefined): readonly Dataset[] {
  return asSet(on, named ?? DATASETS);
}

/** A setting may have changed the version of a dataset's API. */
function asSet(on: On, which: readonly Dataset[]): readonly Dataset[] {
  return which.map(each => on.datasets.find(({ name }) => name === each.name) ?? each);
}

/** @throws UsageError for a day that is not over: there is nothing of it to be asked for */
export function refuseUnfinished(at: Day, now: number): void {
  const newest = lastDay(now);
  if (at > newest) throw new UsageError(`${at} is not over yet. The newest day that there can be is ${newest}.`);
}
