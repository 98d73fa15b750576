import { parentPort, workerData } from 'node:worker_threads';
import { DATASETS } from '../../shared/datasets/index.ts';
import { checkEndings, type FaultCheck } from './ending-checks.ts';

/** Half of the work of faults.test.ts, on a core of its own: sends the checks of one dataset. */

const dataset = DATASETS.find(({ name }) => name === workerData);
if (dataset === undefined) throw new Error(`There is no dataset ${String(workerData)}`);
await checkEndings(dataset, (check: FaultCheck) => parentPort?.postMessage(check));
