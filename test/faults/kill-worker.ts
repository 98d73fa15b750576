/** A worker process of the kill loop: the app's own functions in the local host, until somebody kills it. */
import { fileURLToPath } from 'node:url';
import { startHost } from '../../local/host.ts';

const settings: Readonly<Record<string, string>> = JSON.parse(process.env['WORKER_SETTINGS'] ?? '{}');

await startHost({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  files: ['functions/plan.ts', 'functions/fetch.ts', 'functions/poison.ts'],
  connectionString: settings['AzureWebJobsStorage'] ?? '',
  settings,
  // In the worker's own fast time.
  pollMaxMs: 4_000,
  log: ({ level, category, message }) => {
    if (category === 'user' || level === 'error') process.stdout.write(`${message.replaceAll('\n', ' ')}\n`);
  },
});
