import { startHost } from '../../local/host.ts';

/**
 * The app with its planner and its worker, in a process that may be given little memory. Arguments: root of the product,
 * connection string, settings as JSON. Plans once, drains the queue, and prints the most memory that it had.
 */
const [root = '', connectionString = '', settings = '{}'] = process.argv.slice(2);
const host = await startHost({
  root,
  files: ['functions/plan.ts', 'functions/fetch.ts', 'functions/poison.ts'],
  connectionString,
  settings: JSON.parse(settings),
  schedules: false,
  log: () => {},
});
await host.runTimer('plan');
await host.drain();
await host.stop();
process.stdout.write(`${JSON.stringify({ peakMb: Math.round(process.resourceUsage().maxRSS / 1_024) })}\n`);
