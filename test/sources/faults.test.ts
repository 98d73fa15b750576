import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { FAULT_NAMES, FAULTS } from '../../local/simulator/index.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { PROCESS_MS, waitFor } from '../wait.ts';
import type { FaultCheck, Found } from './ending-checks.ts';
import { FAULTS_PAGE, faultsPage } from './faults-table.ts';
import { applies } from './sweep.ts';

/** Every fault of the simulator on the first, a middle and the last page of every dataset's day. */

/** Datasets that are read at once, each in a thread of its own. */
const SIDE_BY_SIDE = 2;

const found: Found[] = [];

/** The checks of a dataset, when its turn has come. */
const checks = inTurns(DATASETS.map(({ name }) => name));

for (const dataset of DATASETS) {
  test(`${dataset.name}: every fault on every page ends as it should`, async t => {
    const mine = (await checks.get(dataset.name)) ?? [];
    assert.equal(mine.length, FAULT_NAMES.filter(fault => applies(fault, dataset, 'last')).length);
    for (const check of mine) {
      await t.test(`${check.fault}: ${FAULTS[check.fault].meaning}`, () => {
        found.push(...check.found);
        assert.ok(check.wrong === undefined, check.wrong);
      });
    }
  });
}

function inTurns(names: readonly string[]): ReadonlyMap<string, Promise<readonly FaultCheck[]>> {
  const started = new Map<string, Promise<readonly FaultCheck[]>>();
  for (const [at, name] of names.entries()) {
    const before = started.get(names[at - SIDE_BY_SIDE] ?? '') ?? Promise.resolve([]);
    started.set(
      name,
      before.then(() => checksOf(name)),
    );
  }
  return started;
}

function checksOf(name: string): Promise<readonly FaultCheck[]> {
  const said: FaultCheck[] = [];
  const worker = new Worker(new URL('./ending-checks-worker.ts', import.meta.url), { workerData: name });
  worker.on('message', check => said.push(check));
  const over = new Promise<readonly FaultCheck[]>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', () => resolve(said));
  });
  const saw = () => said.map(({ fault }) => fault);
  return waitFor(`the checks of ${name}`, over, { saw, limitMs: PROCESS_MS }).finally(() => worker.terminate());
}

test('docs/faults.md says what happened here', () => {
  const committed = readFileSync(FAULTS_PAGE, 'utf8');
  const current = faultsPage(found, committed);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(FAULTS_PAGE, current);
  else assert.equal(committed, current, 'run: UPDATE_DOCS=1 npx node --test test/sources/faults.test.ts');
});
