import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { z } from 'zod';
import { makeDeployable } from '../build.ts';
import { TEMPLATE } from '../template.ts';
import { cut, notesOf, ReleaseRefused } from './changelog.ts';
import { packageUrlOf, releaseNotes } from './notes.ts';
import { sbomOf } from './sbom.ts';
import { templateOf } from './template.ts';
import { zipOf } from './zip.ts';

/**
 * `npm run release`: makes the files of a release, cuts the changelog and tags the commit. Pushing the tag publishes it
 * (.github/workflows/release.yml). With `--dry-run` the files are made and nothing else happens.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CHANGELOG = join(ROOT, 'CHANGELOG.md');

interface Options {
  readonly dryRun?: boolean;
  readonly test?: boolean;
  readonly tag?: string;
  readonly repository?: string;
  readonly out: string;
}

const program = new Command('npm run release --')
  .description('Makes the files of a release, cuts CHANGELOG.md and tags the commit. Pushing the tag publishes it.')
  .option('--dry-run', 'only make the files: nothing is cut, committed or tagged')
  .option('--test', 'run npm test first')
  .option('--tag <tag>', 'the tag that the release is made for; it must be that of the version')
  .option('--repository <owner/name>', 'where it will be published (default: GITHUB_REPOSITORY, or the remote origin)')
  .option('--out <folder>', 'where the files go; it is emptied first', 'release')
  .addHelpText('after', '\nExit codes: 0 made; 1 a step failed; 2 refused, and why.')
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

try {
  await release(program.parse().opts<Options>());
} catch (error) {
  if (!(error instanceof ReleaseRefused)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 2;
}

async function release(options: Options): Promise<void> {
  const { name, version } = packageOfRoot();
  const changelog = readFileSync(CHANGELOG, 'utf8');
  const notes = notesOf(changelog, version, options.tag);
  if (options.dryRun !== true) refuseToTag(`v${version}`);
  if (options.test === true) npm(['test'], 'inherit');
  await make(options, name, version, notes);
  if (options.dryRun === true) return console.log('Dry run: nothing was cut, committed or tagged.');

  writeFileSync(CHANGELOG, cut(changelog, version, new Date().toISOString().slice(0, 10)));
  git('commit', '--quiet', '--message', `Release ${version}`, '--', CHANGELOG);
  git('tag', '--annotate', `v${version}`, '--message', `v${version}`);
  console.log(`Cut and tagged v${version}. Publish it: git push --atomic origin HEAD v${version}`);
}

/** A release is tagged from a commit that is as it will be pushed, and once. */
function refuseToTag(tag: string): void {
  if (git('status', '--porcelain') !== '')
    throw new ReleaseRefused(
      'Files differ from the last commit. Commit or undo the changes, so that the tag has them.',
    );
  if (git('tag', '--list', tag) !== '')
    throw new ReleaseRefused(`The tag ${tag} is there already. Raise the version in package.json.`);
}

/** Writes package, SBOM, template, notes and SHA256SUMS; what was there before is gone. */
async function make(options: Options, name: string, version: string, notes: string): Promise<void> {
  const out = resolve(ROOT, options.out);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const sums: string[] = [];
  const write = (file: string, content: string | Uint8Array): string => {
    writeFileSync(join(out, file), content);
    const digest = createHash('sha256').update(content).digest('hex');
    sums.push(`${digest}  ${file}\n`);
    console.log(`${join(options.out, file)}  sha256 ${digest}`);
    return digest;
  };

  const { folder, version: stamp } = await makeDeployable();
  console.log(`${name} ${stamp}`);
  if (stamp.endsWith('.changed')) console.log('Files differ from the commit: this is not what a release would hold.');
  const zip = `${name}-${version}.zip`;
  const digest = write(zip, zipOf(folder));
  const committedAt = tryGit('show', '--no-patch', '--format=%cI', 'HEAD');
  const listed = npm(['sbom', '--package-lock-only', '--sbom-format=cyclonedx'], 'pipe');
  write(`${name}.cdx.json`, sbomOf(listed, { name, digest, ...(committedAt === undefined ? {} : { committedAt }) }));
  const repository = options.repository ?? repositoryOfHere();
  const url = packageUrlOf({ repository, version, zip });
  write('main.json', templateOf(readFileSync(TEMPLATE, 'utf8'), { url, digest }));
  writeFileSync(join(out, 'SHA256SUMS'), sums.sort().join(''));
  writeFileSync(join(out, 'notes.md'), releaseNotes({ notes, version, repository, zip, digest }));
}

function packageOfRoot(): { readonly name: string; readonly version: string } {
  return z
    .object({ name: z.string(), version: z.string() })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
}

/** @returns `owner/name` */
function repositoryOfHere(): string {
  const inAction = process.env['GITHUB_REPOSITORY'];
  if (inAction !== undefined && inAction !== '') return inAction;
  const origin = tryGit('remote', 'get-url', 'origin') ?? '';
  const found = /github\.com[:/]([\w.-]+\/[\w.-]+?)(\.git)?$/.exec(origin)?.[1];
  if (found !== undefined) return found;
  console.log('Not known where it will be published: OWNER/landline stands for it. See --repository.');
  return 'OWNER/landline';
}

function git(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args[0]} ended with ${status}: ${stderr}`);
  return stdout.trim();
}

function tryGit(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** npm by the path that it gives to the scripts it runs: on Windows a command file cannot be started without a shell. */
function npm(args: readonly string[], stdout: 'inherit' | 'pipe'): string {
  const path = process.env['npm_execpath'];
  if (path === undefined) throw new ReleaseRefused('Run it with npm: npm run release');
  const done = spawnSync(process.execPath, [path, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', stdout, 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (done.status !== 0) throw new Error(`npm ${args[0]} ended with ${done.status}`);
  return done.stdout ?? '';
}
