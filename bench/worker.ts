import { createInterface } from 'node:readline';
import { startHost } from '../local/host.ts';
import { usageFromHere } from './usage.ts';

/**
 * One worker process: the deployable under the local host, with its plan and fetch functions. Argument: options as
 * JSON. Prints one JSON line when it is ready, one for each event of the app, and one with what it used at the end.
 * The word `plan` on its input runs the planner; the end of its input stops it.
 */

export interface WorkerOptions {
  readonly app: string;
  readonly connectionString: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Days that this process fetches at once, at most. */
  readonly atOnce: number;
}

const { app, connectionString, settings, atOnce }: WorkerOptions = JSON.parse(process.argv[2] ?? '{}');
const say = (line: string) => process.stdout.write(`${line}\n`);
const host = await startHost({
  root: app,
  // Curating is a function of its own: where functions scale by themselves it runs on other instances.
  files: ['functions/plan.js', 'functions/fetch.js'],
  connectionString,
  settings,
  // One message at a time, as soon as one of the days is done.
  hostJson: {
    version: '2.0',
    extensions: { queues: { batchSize: 1, newBatchThreshold: atOnce - 1, messageEncoding: 'base64' } },
  },
  schedules: false,
  log: ({ level, category, message }) => {
    if (category === 'user') say(message);
    else if (level === 'error' || level === 'critical') process.stderr.write(`${message}\n`);
  },
});
const used = usageFromHere();
say('{"event":"ready"}');
for await (const line of createInterface(process.stdin)) if (line === 'plan') await host.runTimer('plan');
await host.stop();
say(JSON.stringify({ event: 'ended', ...used() }));
process.exit(0);
