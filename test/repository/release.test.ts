import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { cut, notesOf, ReleaseRefused } from '../../infra/release/changelog.ts';
import { releaseNotes } from '../../infra/release/notes.ts';
import { sbomOf } from '../../infra/release/sbom.ts';
import landline from '../../package.json' with { type: 'json' };

/** A release is made twice, in two clones of these sources, and then for real, but for the push that publishes it. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { version } = landline;
const ZIP = `landline-${version}.zip`;
const IDENTITY = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
/** Refused: 2. */
const REFUSED = 2;

let parent: string;
let first: string;
let second: string;

before(() => {
  parent = mkdtempSync(join(tmpdir(), 'landline-release-'));
  first = join(parent, 'first');
  second = join(parent, 'second');
  // The sources as they are, committed or not.
  const listed = git(ROOT, 'ls-files', '--cached', '--others', '--exclude-standard', '-z').split('\0');
  for (const file of listed.filter(each => each !== '' && existsSync(join(ROOT, each)))) {
    mkdirSync(dirname(join(first, file)), { recursive: true });
    cpSync(join(ROOT, file), join(first, file));
  }
  git(first, 'init', '--quiet', '--initial-branch', 'main');
  git(first, 'add', '--all');
  git(first, 'commit', '--quiet', '--message', 'All');
  git(parent, 'clone', '--quiet', first, second);
  for (const folder of [first, second])
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
});
after(() => rmSync(parent, { recursive: true, force: true }));

function git(cwd: string, ...args: string[]): string {
  const env = { ...process.env, ...IDENTITY, GIT_CONFIG_GLOBAL: '' };
  const { status, stdout, stderr } = spawnSync('git', args, { cwd, env, encoding: 'utf8' });
  assert.equal(status, 0, `git ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** The program of `npm run release`, with what npm tells its scripts. */
function release(cwd: string, ...args: string[]) {
  const env = { ...process.env, ...IDENTITY, npm_execpath: npmPath(), GITHUB_REPOSITORY: 'someone/landline' };
  const done = spawnSync(process.execPath, ['infra/release/main.ts', ...args], { cwd, env, encoding: 'utf8' });
  return { status: done.status, said: `${done.stdout}${done.stderr}` };
}

function npmPath(): string {
  const given = process.env['npm_execpath'];
  if (given !== undefined) return given;
  const { stdout } = spawnSync('npm exec --call="node -p process.env.npm_execpath"', { shell: true, encoding: 'utf8' });
  return stdout.trim();
}

const filesOf = (clone: string): Map<string, Buffer> =>
  new Map(
    globSync('*', { cwd: join(clone, 'release') })
      .sort()
      .map(file => [file, readFileSync(join(clone, 'release', file))]),
  );

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('a dry run in a clean clone makes package, SBOM, digests and notes, and changes nothing else', () => {
  const { status, said } = release(first, '--dry-run', '--tag', `v${version}`);
  assert.equal(status, 0, said);
  assert.match(said, /nothing was cut, committed or tagged/);
  assert.doesNotMatch(said, /differ from the commit/);
  assert.deepEqual([git(first, 'status', '--porcelain'), git(first, 'tag')], ['', '']);
  const files = filesOf(first);
  assert.deepEqual([...files.keys()], ['SHA256SUMS', ZIP, 'landline.cdx.json', 'main.json', 'notes.md'].sort());

  const sums = files.get('SHA256SUMS')?.toString('utf8').trim().split('\n') ?? [];
  assert.deepEqual(
    sums,
    [ZIP, 'landline.cdx.json', 'main.json'].map(file => `${sha256(files.get(file) ?? Buffer.of())}  ${file}`).sort(),
  );
  const digest = sha256(files.get(ZIP) ?? Buffer.of());
  const notes = files.get('notes.md')?.toString('utf8') ?? '';
  assert.ok(notes.includes(digest) && notes.includes(`someone/landline/releases/download/v${version}/${ZIP}`));
  assert.ok(notes.startsWith(notesOf(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'), version).slice(0, 80)));
});

test('the package holds what was built, at its root, without times', () => {
  const unzipped = unzipSync(filesOf(first).get(ZIP) ?? Buffer.of());
  const dist = join(first, 'dist');
  const built = globSync('**/*.*', { cwd: dist }).map(path => path.replaceAll('\\', '/'));
  assert.deepEqual(Object.keys(unzipped).sort(), built.sort());
  for (const [name, bytes] of Object.entries(unzipped))
    assert.ok(readFileSync(join(dist, name)).equals(Buffer.from(bytes)), name);
  for (const needed of ['host.json', 'package.json', 'functions/plan.js']) assert.ok(needed in unzipped, needed);
});

test('the template of the release publishes its package, and is the committed one otherwise', () => {
  const read = (text: Buffer | undefined) => JSON.parse(text?.toString('utf8') ?? '');
  const released = read(filesOf(first).get('main.json'));
  const { packageUrl, packageDigest } = released.parameters;
  assert.equal(packageUrl.defaultValue, `https://github.com/someone/landline/releases/download/v${version}/${ZIP}`);
  assert.equal(packageDigest.defaultValue, sha256(filesOf(first).get(ZIP) ?? Buffer.of()));
  packageUrl.defaultValue = '';
  packageDigest.defaultValue = '';
  assert.deepEqual(released, read(readFileSync(join(ROOT, 'infra/main.json'))));
});

test('the SBOM lists every package of production, each with its digest, and no other', () => {
  const bom = JSON.parse(filesOf(first).get('landline.cdx.json')?.toString('utf8') ?? '');
  const listed = bom.components.map(({ name }: { name: string }) => name);
  const page = readFileSync(join(ROOT, 'docs/decisions/dependencies.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual([...new Set(listed)].sort(), documented.sort());
  for (const { name, version, hashes } of bom.components)
    assert.match(`${hashes?.[0]?.alg}`, /^SHA-512$/, `${name} ${version}`);
  assert.equal(bom.metadata.component.name, 'landline');
  assert.equal(bom.metadata.component.hashes[0].content, sha256(filesOf(first).get(ZIP) ?? Buffer.of()));
  assert.equal(bom.dependencies.length, bom.components.length + 1);
});

test('another clone of the same commit makes the same bytes', () => {
  assert.equal(release(second, '--dry-run').status, 0);
  assert.deepEqual(filesOf(second), filesOf(first));
});

test('a release is refused while its tag is not the version, or nothing is pending', () => {
  const wrong = release(second, '--dry-run', '--tag', 'v9.9.9');
  assert.equal(wrong.status, REFUSED);
  assert.match(wrong.said, /^error: The tag is v9\.9\.9, and the version in package\.json is /);

  const changelog = join(second, 'CHANGELOG.md');
  writeFileSync(changelog, '# Changelog\n\n## Pending\n');
  const empty = release(second, '--dry-run');
  assert.equal(empty.status, REFUSED);
  assert.match(empty.said, /^error: Nothing is Pending in CHANGELOG\.md/);
  git(second, 'checkout', '--quiet', 'CHANGELOG.md');
});

test('a release cuts the changelog and tags that commit, once, and only what is committed', () => {
  const extra = join(second, 'extra.txt');
  writeFileSync(extra, '');
  const changed = release(second);
  assert.equal(changed.status, REFUSED, changed.said);
  assert.match(changed.said, /Files differ from the last commit/);
  rmSync(extra);

  const { status, said } = release(second);
  assert.equal(status, 0, said);
  assert.match(said, new RegExp(`git push --atomic origin HEAD v${version.replaceAll('.', '\\.')}`));
  assert.deepEqual([git(second, 'status', '--porcelain'), git(second, 'describe').trim()], ['', `v${version}`]);
  assert.match(
    readFileSync(join(second, 'CHANGELOG.md'), 'utf8'),
    new RegExp(`## Pending\\n\\n## ${version} \\(\\d{4}-`),
  );
  // What the workflow does with that tag.
  const published = release(second, '--dry-run', '--tag', `v${version}`);
  assert.equal(published.status, 0, published.said);

  const again = release(second);
  assert.equal(again.status, REFUSED);
  assert.match(again.said, /Nothing is Pending/);
});

const BOTH = '# Changelog\n\n## Pending\n\n- new\n\n## 1.0.0 (2026-01-31)\n\n- old\n\n## 0.9.0\n\n- older\n';

test('notes are what is pending, or the section of the version once it is cut', () => {
  assert.equal(notesOf(BOTH, '1.1.0'), '- new');
  const done = cut(BOTH, '1.1.0', '2026-02-28');
  assert.equal(notesOf(done, '1.1.0', 'v1.1.0'), '- new');
  assert.equal(notesOf(done.replaceAll('\n', '\r\n'), '1.1.0', 'v1.1.0'), '- new');
  assert.equal(notesOf(done, '0.9.0', 'v0.9.0'), '- older');
  // Released already, and more came.
  assert.throws(() => notesOf(BOTH, '1.0.0'), ReleaseRefused);
  assert.throws(() => notesOf(done, '1.1.0'), ReleaseRefused);
  assert.throws(() => notesOf(done, '1.2.0', 'v1.2.0'), ReleaseRefused);
  assert.throws(() => notesOf('# Changelog\n', '1.0.0'), ReleaseRefused);
});

test('links of the changelog lead to the documents of that version, and the button to its template', () => {
  const released = { version: '1.0.0', repository: 'a/b', zip: 'landline-1.0.0.zip', digest: 'd' };
  const text = releaseNotes({ notes: 'See [privacy](docs/privacy.md#who).', ...released });
  assert.match(text, /\(https:\/\/github\.com\/a\/b\/blob\/v1\.0\.0\/docs\/privacy\.md#who\)/);
  const template = 'https://raw.githubusercontent.com/a/b/template-v1.0.0/main.json';
  assert.ok(text.includes(`https://portal.azure.com/#create/Microsoft.Template/uri/${encodeURIComponent(template)}`));
});

test('an SBOM keeps what is required, whatever the folder is called and whenever it is made', () => {
  const npm = (folder: string, timestamp: string): string =>
    JSON.stringify({
      serialNumber: timestamp,
      metadata: { timestamp, component: { 'bom-ref': 'root', name: folder, version: '1.0.0', purl: 'pkg:npm/x' } },
      components: [
        { 'bom-ref': 'b', scope: 'required' },
        { 'bom-ref': 'c', scope: 'optional' },
        { 'bom-ref': 'a', scope: 'required' },
      ],
      dependencies: [
        { ref: 'root', dependsOn: ['c', 'b', 'a'] },
        { ref: 'c', dependsOn: [] },
      ],
    });
  const digest = sha256(Buffer.of());
  const text = sbomOf(npm('here', '2026-01-31'), { name: 'x', digest });
  assert.equal(text, sbomOf(npm('there', '2027-01-31'), { name: 'x', digest }));
  const bom = JSON.parse(text);
  assert.deepEqual(bom.dependencies, [{ ref: 'root', dependsOn: ['a', 'b'] }]);
  assert.match(bom.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
});
