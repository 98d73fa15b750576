import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { HAS_BASH } from '../system.ts';
import { findPowerShell } from './powershell.ts';

/** The commands of docs/deploy.md that make the zip, run as they stand there. */

const page = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
const [shell = ''] = /^rm -f landline\.zip.*?(?= {2}#)/m.exec(page) ?? [];
const [, power = ''] = /`(Compress-Archive [^`]+)`/.exec(page) ?? [];

/** Names in a zip: of each entry of its directory, which stands at its end. */
function namesIn(path: string): string[] {
  const bytes = readFileSync(path);
  const names: string[] = [];
  for (let at = bytes.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4, 'latin1'))
    names.push(bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28)).replaceAll('\\', '/'));
  return names.filter(name => !name.endsWith('/')).sort();
}

function makeTwice(context: TestContext, run: (folder: string) => { readonly status: number | null }): void {
  const folder = mkdtempSync(join(tmpdir(), 'landline-zip-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'dist/functions'), { recursive: true });
  for (const name of ['host.json', 'functions/plan.js', 'functions/old.js'])
    writeFileSync(join(folder, 'dist', name), name);
  assert.equal(run(folder).status, 0, 'the first time');
  assert.deepEqual(namesIn(join(folder, 'landline.zip')), ['functions/old.js', 'functions/plan.js', 'host.json']);
  rmSync(join(folder, 'dist/functions/old.js'));
  assert.equal(run(folder).status, 0, 'the second time');
  assert.deepEqual(namesIn(join(folder, 'landline.zip')), ['functions/plan.js', 'host.json'], 'a deleted function');
}

test('zip makes the package the second time too, without what is no longer there', context => {
  assert.ok(shell.includes('zip -qr'));
  if (!HAS_BASH || spawnSync('zip', ['-v']).status !== 0) {
    context.diagnostic('NOT RUN: zip, it is not on this machine, or no bash is');
    return;
  }
  context.diagnostic('RUN: zip');
  makeTwice(context, cwd => spawnSync('bash', ['-c', shell], { cwd }));
});

test('so does PowerShell', context => {
  assert.ok(power.includes('landline.zip'));
  const found = findPowerShell();
  if ('tried' in found) {
    context.diagnostic(`NOT RUN: Compress-Archive, there is no PowerShell: ${found.tried}`);
    return;
  }
  context.diagnostic(`RUN: Compress-Archive, by ${found.from}`);
  const args = [
    ...found.prefix,
    '-NoProfile',
    '-NonInteractive',
    '-Command',
    `$ErrorActionPreference = 'Stop'; ${power}`,
  ];
  makeTwice(context, cwd => spawnSync(found.command, args, { cwd, timeout: 120_000 }));
});
