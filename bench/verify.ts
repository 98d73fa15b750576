import { connection } from '../cli/connection.ts';
import { systemClock } from '../shared/app/clock.ts';
import { DATASETS } from '../shared/datasets/index.ts';
import { verify } from '../shared/verify/verify.ts';
import { usageFromHere } from './usage.ts';

/** Verifies a lake as `landline verify` does, in a process of its own. Argument: the connection string. */

const access = { connectionString: process.argv[2] ?? '' };
const on = await connection({
  where: 'the bench',
  storage: { blob: access, table: access },
  datasets: DATASETS,
  config: undefined,
});
const used = usageFromHere();
const { datasets, ledger, lake } = on;
const names = (prefix: string) => on.names(prefix);
const { days, rows, bytes, findings } = await verify({ datasets, ledger, lake, names, clock: systemClock });
if (findings.length > 0) throw new Error(findings.map(({ message }) => message).join('; '));
console.log(JSON.stringify({ days, rows, bytes, ...used() }));
