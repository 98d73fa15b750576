import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Dataset, Day } from '../shared/model.ts';
import { partitionPath } from '../shared/paths.ts';
import { recount } from '../shared/recount.ts';
import { partitionsOf } from '../shared/verify.ts';
import { headOrForeign } from '../shared/verify-day.ts';
import {
  datasets,
  day,
  everyDataset,
  examples,
  type On,
  type Register,
  refuseBackwards,
  UsageError,
} from './command.ts';
import { counted, grouped } from './output.ts';

interface Options {
  readonly to: string;
  readonly dataset?: Dataset[];
  readonly from?: Day;
  readonly until?: Day;
}

export const exportDays: Register = (program, act) => {
  program
    .command('export')
    .description('Copies partitions to plain files, under the paths they have in the container, and recounts them')
    .requiredOption('--to <dir>', 'folder to write to; files that are there are replaced')
    .option('--dataset <a,b>', 'only these datasets', datasets)
    .option('--from <day>', 'first day', day)
    .option('--until <day>', 'last day', day)
    .addHelpText('after', '\nThe files hold personal data: numbers, names, and texts of messages.')
    .addHelpText('after', examples('landline export --to ./january --from 2026-01-01 --until 2026-01-31'))
    .action(act(exportAll));
};

async function exportAll(on: On, options: Options): Promise<0 | 1> {
  const { to, from, until } = options;
  refuseBackwards(from, until);
  await mkdir(to, { recursive: true }).catch((thrown: NodeJS.ErrnoException) => {
    throw new UsageError(`${to} cannot be written to: ${thrown.code}.`, { cause: thrown });
  });
  const files: { path: string; rows: number; bytes: number }[] = [];
  const damaged: { dataset: string; day: Day }[] = [];
  const { days } = await partitionsOf({ ...on, datasets: everyDataset(on, options.dataset) }, true);
  for (const [name, mine] of days) {
    for (const at of mine) {
      if ((from !== undefined && at < from) || (until !== undefined && at > until)) continue;
      on.out.progress(`${files.length + 1}: ${name} ${at}`);
      const copied = await copyDay(on, name, at, to);
      if (copied === undefined) damaged.push({ dataset: name, day: at });
      else files.push(copied);
    }
  }
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  if (on.json) on.out.json({ to, files, rows, damaged });
  else {
    for (const each of damaged)
      on.out.line(`${each.dataset} ${each.day} is not what its receipt says and was left out: run \`landline verify\``);
    on.out.line(`${counted(files.length, 'file')} with ${grouped(rows)} rows in ${to}.`);
  }
  return damaged.length === 0 ? 0 : 1;
}

/** A partition may be replaced while it is copied; then it is copied again. */
const TRIES = 3;

/** @returns `undefined` when the partition is not what its receipt says */
async function copyDay(on: On, dataset: string, at: Day, to: string) {
  const path = partitionPath(dataset, at);
  const file = join(to, path);
  await mkdir(dirname(file), { recursive: true });
  try {
    for (let tries = 0; tries < TRIES; tries++) {
      const receipt = (await headOrForeign(on.lake, dataset, at)).partition?.receipt;
      const chunks = await on.lake.read(dataset, at);
      if (receipt === undefined || chunks === undefined) continue;
      const { rows, bytes, fingerprint } = await recount(savedTo(`${file}.part`, chunks));
      if (fingerprint !== receipt.fingerprint) continue;
      await rename(`${file}.part`, file);
      return { path, rows, bytes };
    }
    return undefined;
  } finally {
    await rm(`${file}.part`, { force: true });
  }
}

/** Passes the chunks on as they are written. */
async function* savedTo(file: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const target = await open(file, 'w');
  try {
    for await (const chunk of chunks) {
      await target.appendFile(chunk);
      yield chunk;
    }
  } finally {
    await target.close();
  }
}
