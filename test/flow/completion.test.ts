import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { DATASETS } from '../../shared/datasets/index.ts';
import { lastDay } from '../../shared/ledger/settling.ts';
import { clockFrom } from '../clock.ts';
import { HAS_BASH } from '../system.ts';
import { CLI } from './cli-setup.ts';

const NOW = clockFrom('2026-03-11T12:00:00.000Z');

/** The scripts that the shells read, and what bash makes of its own where it is. */

function scriptFor(shell: string): string {
  return execFileSync(process.execPath, [CLI, 'complete', shell], { encoding: 'utf8' });
}

/**
 * What bash offers for the last word, in a bash without the package bash-completion. It is not read with
 * `source <(…)`, which reads nothing in the bash of a Mac.
 */
function offered(...words: readonly string[]): string[] {
  const program = `
eval "$(cat)"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
compopt() { :; }
__landline_complete
printf '%s\\n' "\${COMPREPLY[@]}"
`;
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', program, 'bash', 'landline', ...words], {
    cwd: tmpdir(),
    input: scriptFor('bash'),
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [0, '']);
  return stdout.split('\n').filter(line => line !== '');
}

test('each shell has its script, which starts this very program', () => {
  for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
    assert.ok(scriptFor(shell).includes(CLI), shell);
    assert.match(scriptFor(shell), /\n# To have the word landline: .*landline\.mjs/, shell);
  }
  const { status, stderr } = spawnSync(process.execPath, [CLI, 'complete', 'tcsh'], { encoding: 'utf8' });
  assert.deepEqual([status, /zsh/.test(stderr)], [2, true]);
});

if (HAS_BASH)
  test('bash completes commands, options, logs and days', () => {
    assert.deepEqual(offered('ver'), ['verify']);
    assert.ok(offered('verify', '--da').includes('--datasets'));
    assert.deepEqual(
      offered('show', 'teams-').sort(),
      DATASETS.map(({ name }) => name)
        .filter(name => name.startsWith('teams-'))
        .sort(),
    );
    assert.ok(offered('pause', '').includes('graph'));
    assert.ok(offered('verify', '--datasets', 'teams-s').includes('teams-sms'));
    assert.ok(offered('prove', '--from', 'y').includes('yesterday'));
    assert.deepEqual(offered('verify', '--from', '7d', '--mo'), ['--month']);
    assert.ok(offered('prove', '--from', '').includes('-7d'));
    assert.deepEqual(offered('prove', '--from', '-7'), ['-7d']);
    const newest = lastDay(NOW);
    assert.deepEqual(offered('verify', '--month', '')[0], newest.slice(0, 7));
    assert.ok(offered('show', 'teams-sms', newest.slice(0, 9)).includes(newest));
    assert.deepEqual(offered('show', 'teams-sms', newest.slice(0, 4)), []);
    assert.deepEqual(offered('verify', '--datasets', 'teams-sms,voximplant-s'), ['teams-sms,voximplant-sms']);
  });
