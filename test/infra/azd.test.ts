import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { INFRA } from '../../infra/template.ts';
import { posixTest } from '../system.ts';

/** azure.yaml: what `azd up` reads before anything else. One that it cannot read ends there. */

const text = readFileSync(join(INFRA, '../azure.yaml'), 'utf8');

/** The same in both shells. */
const IN_FORCE = '"In force: $(azd env get-value IN_FORCE)"';

/** As the published schema of azd has it, of what is used here. */
const command = z.strictObject({ shell: z.enum(['sh', 'pwsh']), run: z.string().min(1) });
const hook = command.extend({ windows: command.optional(), posix: command.optional() });
const azure = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
  metadata: z.strictObject({ template: z.string() }),
  infra: z.strictObject({ path: z.string(), module: z.string() }),
  hooks: z.strictObject({ prepackage: hook, postprovision: hook }),
  services: z.record(
    z.string(),
    z.strictObject({
      project: z.string(),
      language: z.enum(['js', 'ts']),
      host: z.literal('function'),
      remoteBuild: z.boolean(),
    }),
  ),
});

test('azure.yaml is YAML, and one for azd: it builds the package and sends it as it is', () => {
  const { infra, hooks, services } = azure.parse(parse(text));
  assert.deepEqual(infra, { path: 'infra', module: 'main' });
  assert.deepEqual(services, { app: { project: 'dist', language: 'js', host: 'function', remoteBuild: false } });
  const build = 'npm ci && npm run build';
  assert.deepEqual(hooks.prepackage, { shell: 'sh', run: build, windows: { shell: 'pwsh', run: build } });
});

test('provisioning ends with the command for the permission and with what is in force, on every system', () => {
  const { run, windows } = azure.parse(parse(text)).hooks.postprovision;
  for (const each of [run, windows?.run ?? '']) {
    assert.match(each, /azd env get-value CONSENT_COMMAND/);
    assert.equal(
      each
        .trim()
        .split(/\n/)
        .at(-1)
        ?.replace(/^(echo|Write-Output) /, ''),
      IN_FORCE,
    );
  }
});

posixTest('what azd runs after provisioning prints both', context => {
  const folder = mkdtempSync(join(tmpdir(), 'landline-azd-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'azd'), '#!/bin/sh\necho "<$3>"\n', { mode: 0o755 });
  const { run } = azure.parse(parse(text)).hooks.postprovision;
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
  // azd writes it to a file that ends at the first failure.
  const { stdout, stderr } = spawnSync('sh', ['-e', '-c', run], { env, encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.deepEqual(stdout.trim().split('\n').slice(1), ['<CONSENT_COMMAND>', 'In force: <IN_FORCE>']);
});
