import { linesFor } from '../../cli/terminal/output.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { guardEnvironment } from '../../shared/config/loopback.ts';
import { parseOptions } from './options.ts';
import { run } from './run.ts';

/** @returns once everything is written, the exit code: 0 every owed day landed, 1 not every day, 2 a wrong flag or setting, 130 stopped */
export async function main(argv: readonly string[]): Promise<number> {
  // A pipe that is closed early (`npm start | head`) is no reason to stop in the middle of a day.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const code = await exitCode(argv);
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>(resolve => stream.write('', () => resolve()));
  }
  return code;
}

async function exitCode(argv: readonly string[]): Promise<number> {
  // The folder and the emulator's files in it hold rows: for their owner alone.
  process.umask(0o077);
  guardEnvironment(process.env);
  try {
    const options = parseOptions(argv, process.env);
    return options === undefined ? 0 : await run(options);
  } catch (thrown) {
    const usage = thrown instanceof UsageError;
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    process.stderr.write(linesFor(`error: ${text}`, process.stderr.columns, false));
    if (usage) console.error('\n`npm start -- --help` lists the flags.');
    return usage ? 2 : 1;
  }
}
