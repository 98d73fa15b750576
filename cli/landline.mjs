#!/usr/bin/env node
/**
 * Starts the command line on whatever Node is at hand. The commands are TypeScript, run as they are, which needs
 * Node 24; `npm ci` brings one along where npm has it, so an older one only has to find it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const NODE_MIN = 24;
const main = new URL('./main.ts', import.meta.url);
const { system, binary } =
  process.platform === 'win32' ? { system: 'win', binary: 'node.exe' } : { system: process.platform, binary: 'node' };
// In its own package and not in .bin, where Windows has a command file that only a shell can start.
const ours = fileURLToPath(new URL(`../node_modules/node-${system}-${process.arch}/bin/${binary}`, import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= NODE_MIN) {
  // Half of a short command would be the reading of code. Beside the packages, which whoever can write there is
  // trusted with; the system's folder for temporary files belongs to everybody. Where it may not write, it goes without.
  module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/landline', import.meta.url)));
  // Whoever reads may have seen enough (`landline show … | head`). What was begun is brought to its end all the same.
  process.stdout.on('error', error => {
    if (error.code !== 'EPIPE') throw error;
  });
  const { run } = await import(main.href);
  const code = await run(process.argv.slice(2));
  // On some systems a pipe takes what was written only later, and an exit would cut it off.
  await new Promise(resolve => process.stdout.write('', resolve));
  process.exit(code);
} else if (existsSync(ours) && process.execPath !== ours) {
  const child = spawnSync(ours, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(child.status ?? 130);
} else {
  console.error(
    `error: landline needs Node ${NODE_MIN} or newer, and this is ${process.version}. ` +
      'Run `npm ci` in its folder, which brings one along on Linux and Windows, or install a newer Node.',
  );
  process.exit(2);
}
