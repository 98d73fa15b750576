import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

/** The measured programs, bundled as the product is deployed: no types to strip and no hundred files to open. */

const PROGRAMS = ['contend', 'curate', 'decide', 'duckdb-copy', 'verify', 'worker'] as const;
export type Program = (typeof PROGRAMS)[number];

const HERE = fileURLToPath(new URL('./', import.meta.url));

/**
 * Bundles programs into a folder, with the options of infra/build.ts.
 *
 * @param bench the folder `bench` of another checkout, to measure what it has
 */
export async function bundlePrograms(
  folder: string,
  names: readonly Program[] = PROGRAMS,
  bench = HERE,
): Promise<void> {
  await build({
    absWorkingDir: bench,
    entryPoints: names.map(name => `${name}.ts`),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    keepNames: true,
    external: ['@azure/functions-core'],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
}

export function programFile(folder: string, name: Program): string {
  return join(folder, `${name}.mjs`);
}

const run = promisify(execFile);

/** Runs a program in a process of its own. @returns what it printed, as JSON. @throws with what it said when it failed */
export async function runProgram<T>(folder: string, name: Program, ...args: readonly string[]): Promise<T> {
  const { stdout } = await run(process.execPath, [programFile(folder, name), ...args], { maxBuffer: 1e8 });
  return JSON.parse(stdout) as T;
}
