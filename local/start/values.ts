import { InvalidArgumentError } from 'commander';
import { meant, nearest } from '../../shared/config/did-you-mean.ts';
import { isLoopback } from '../../shared/config/loopback.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { isDay } from '../../shared/words/day.ts';
import type { SourceName } from '../../shared/words/model.ts';
import { datasetNamed } from '../simulator/datasets.ts';
import type { Fault } from '../simulator/faults/fault.ts';
import { FAULT_NAMES, FAULTS, type FaultName, type FaultRule } from '../simulator/faults.ts';

/** What the flags of `npm start` take. Pure. Each throws an InvalidArgumentError that says what was expected. */

export function whole(min: number, max: number): (value: string) => number {
  return value => {
    const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

export function share(value: string): number {
  const number = /^\d*\.?\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError('Expected a probability from 0 to 1, such as 0.2.');
}

export function text(value: string): string {
  if (value.trim() !== '') return value;
  throw new InvalidArgumentError('Expected the name of a folder.');
}

export function loopback(value: string): string {
  if (isLoopback(value) && /^https?:\/\//i.test(value)) return value;
  throw new InvalidArgumentError('Expected an address on this machine, such as http://127.0.0.1:8080.');
}

/** `all` takes back what an earlier start over the folder named. */
export function datasetNames(value: string): string[] {
  if (value === 'all') return DATASETS.map(({ name }) => name);
  const names = value.split(',').map(name => name.trim());
  names.forEach(refuseUnknownDataset);
  return [...new Set(names)];
}

function refuseUnknownDataset(name: string): void {
  const known = DATASETS.map(each => each.name);
  if (!known.includes(name)) throw new InvalidArgumentError(`There is no dataset "${name}"; ${meant(name, known)}`);
}

/** `NAME`, `NAME@DATASET` or `NAME@DATASET/DAY`, added to those given before. */
export function namedFault(value: string, before: readonly FaultRule[] = []): FaultRule[] {
  const [, name = '', place, day] = /^([^@]*)(?:@([^/]*)(?:\/(.*))?)?$/.exec(value) ?? [];
  const fault = FAULT_NAMES.find(each => each === name);
  if (fault === undefined) {
    const near = nearest(name, FAULT_NAMES);
    const hint = near === undefined ? '' : ` Did you mean ${near}?`;
    throw new InvalidArgumentError(`There is no fault "${name}".${hint} docs/faults.md lists them all.`);
  }
  if (place === undefined) return [...before, { fault }];
  refuseUnknownDataset(place);
  const { name: dataset, source } = datasetNamed(place);
  refuseOtherSource(fault, dataset, source);
  if (day === undefined) return [...before, { fault, dataset }];
  if (!isDay(day)) throw new InvalidArgumentError(`Expected a UTC day such as 2026-01-31, got "${day}".`);
  return [...before, { fault, dataset, day }];
}

/** It would never be injected. */
function refuseOtherSource(name: FaultName, dataset: string, source: SourceName): void {
  const fault: Fault = FAULTS[name];
  if (fault.source === undefined || fault.source === source) return;
  throw new InvalidArgumentError(
    `The fault ${name} is a fault of ${fault.source}, but ${dataset} is read from ${source}.`,
  );
}
