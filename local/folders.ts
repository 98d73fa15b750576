import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Folders that a person names: made, or a sentence about why they cannot be. */

/**
 * Makes the folder and those above it; one that is there already is fine.
 *
 * Node's own `recursive` never returns for a folder in which nothing can be made although it is there (`/proc/x`): it
 * takes the ENOENT for a missing parent, again and again.
 *
 * @throws the file system's error
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent);
  await mkdir(path).catch(async thrown => {
    // Somebody else has made it meanwhile.
    if (!(await isFolder(path))) throw thrown;
  });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'a file is in its place',
  ENOTDIR: 'a part of its path is a file',
  ENOENT: 'no folder can be made there',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EINVAL: 'this is no name for a folder on this system',
  ENAMETOOLONG: 'its path is too long',
};

/** `cannot be written to: the disk is full (ENOSPC)`, without a path: whoever says it knows what it was named by. */
export function cannotBeWritten(thrown: unknown): string {
  const code = codeOf(thrown) ?? 'no reason given';
  const reason = REASONS[code];
  return `cannot be written to: ${reason === undefined ? code : `${reason} (${code})`}`;
}

/** The code of an error of the file system; `undefined` for any other. */
export function codeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error && 'code' in thrown && 'syscall' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
