import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { figure, type Table } from '../figures.ts';
import type { Bench } from '../measure.ts';

/** What loading the deployable adds to a cold start: every function file, in a fresh process. */

const PROCESSES = 5;
const run = promisify(execFile);

/** As Azure's worker does: it answers the name of its own module, then imports the entry files in order. */
const LOADER = `
  import Module from 'node:module';
  import { pathToFileURL } from 'node:url';
  const require = Module.prototype.require;
  const core = { version: '3', hostVersion: '4', registerFunction() {}, setProgrammingModel() {}, registerHook() {}, log() {}, Disposable: class {} };
  Module.prototype.require = function (id) { return id === '@azure/functions-core' ? core : require.apply(this, arguments); };
  const [began, before] = [performance.now(), process.cpuUsage()];
  for (const file of process.argv.slice(1)) await import(pathToFileURL(file));
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ ms: performance.now() - began, cpuMs: (user + system) / 1000, peakMb: process.resourceUsage().maxRSS / 1024 }));`;

export async function coldImport({ app, say }: Bench): Promise<Table[]> {
  const files = globSync('functions/*.js', { cwd: app }).sort();
  const paths = files.map(file => join(app, file));
  const found: { ms: number; cpuMs: number; peakMb: number }[] = [];
  for (let i = 0; i < PROCESSES; i++) {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', LOADER, ...paths]);
    found.push(JSON.parse(stdout));
  }
  say(`import: ${PROCESSES} processes`);
  const figures = {
    ms: figure(found.map(({ ms }) => ms)),
    'CPU ms': figure(found.map(({ cpuMs }) => cpuMs)),
    'MB of the process': figure(found.map(({ peakMb }) => peakMb)),
  };
  const rows = [{ what: `${files.length} function files`, figures }];
  return [{ title: 'cold import of the deployable', rows }];
}
