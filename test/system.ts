import { spawnSync } from 'node:child_process';
import { sep } from 'node:path';
import { test } from 'node:test';

/** What only some systems can do, and what they write differently. */

/** Whether a process can be sent a signal that it may answer, be stopped and woken, and whether `sh` runs scripts. */
export const POSIX = process.platform !== 'win32';

/** Whether scripts for bash can be run. The bash of Windows may be one of another system inside it, with paths of its own. */
export const HAS_BASH = POSIX && spawnSync('bash', ['--version']).status === 0;

/** A test of what only POSIX systems can do. On Windows it is named, and not run. */
export const posixTest = POSIX ? test : notOnWindows;

function notOnWindows(title: string, ..._rest: unknown[]): void {
  console.log(`Not tried on Windows: ${title}`);
}

/** A path below the repository with `/` between its parts, as documents and rules have it. */
export function slashed(path: string, separator: string = sep): string {
  return path.replaceAll(separator, '/');
}
