import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { z } from 'zod';

/**
 * Makes the deployable folder: one bundle per function file with what they share in chunks, host.json, a package.json
 * without dependencies, source maps, and nothing else. Azure runs this folder as it is; nothing is installed there.
 */

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** What the maker reports: bytes of code, and of the source maps beside it. */
export interface Made {
  readonly folder: string;
  /** What the bundle says of itself (shared/words/version.ts). */
  readonly version: string;
  readonly codeBytes: number;
  readonly mapBytes: number;
}

/** @param folder is emptied first */
export async function makeDeployable(folder: string = join(ROOT, 'dist')): Promise<Made> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { name, version: released } = packageOfRoot();
  const version = stampOf(released);
  await build({
    absWorkingDir: ROOT,
    entryPoints: globSync('functions/*.ts', { cwd: ROOT }).sort(),
    outdir: folder,
    outbase: '.',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minify: true,
    // Errors are told apart by the names of their classes.
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    define: { LANDLINE_VERSION: JSON.stringify(version), LANDLINE_DOCS: JSON.stringify(docsAddress()) },
    external: [
      // The language worker answers this one name when it is required; it is in no registry.
      '@azure/functions-core',
      // Loaded only by who asks for lists of blobs in Arrow's format, which nothing here does: 0.24 MB for nobody.
      'apache-arrow',
    ],
    // What is CommonJS inside a bundle calls `require`, which a module does not have of its own.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  cpSync(join(ROOT, 'host.json'), join(folder, 'host.json'));
  const manifest = { name, version: released, private: true, type: 'module', main: 'functions/*.js' };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return { folder, version, codeBytes: bytesOf(folder, '**/*.js'), mapBytes: bytesOf(folder, '**/*.map') };
}

function packageOfRoot(): { readonly name: string; readonly version: string } {
  return z
    .object({ name: z.string(), version: z.string() })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
}

/**
 * The version with its commit, as far as git can tell, and `.changed` where a file is not as it was committed. Of a
 * fixed length and without a time, so that the same sources always make the same bytes.
 */
function stampOf(version: string): string {
  const args = ['describe', '--always', '--exclude=*', '--abbrev=12', '--dirty=.changed'];
  const { status, stdout } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? `${version}+${stdout.trim()}` : version;
}

/** Where the documents of this very commit can be read: on GitHub, if that is where it came from. Else nothing. */
function docsAddress(): string {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' }).stdout?.trim() ?? '';
  const repository = /github\.com[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(git('remote', 'get-url', 'origin'))?.[1];
  return repository === undefined ? '' : `https://github.com/${repository}/blob/${git('rev-parse', 'HEAD')}/docs`;
}

function bytesOf(folder: string, glob: string): number {
  return globSync(glob, { cwd: folder }).reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
}

if (import.meta.main) {
  const { folder, version, codeBytes, mapBytes } = await makeDeployable();
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
  console.log(`${folder}: ${version}, ${megabytes(codeBytes)} of code, ${megabytes(mapBytes)} of source maps`);
}
