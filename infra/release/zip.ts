import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ZippableFile, zipSync } from 'fflate';

/** The oldest time that a zip can write. Its fields are those of a local clock, so this is the same everywhere. */
const EPOCH = new Date(1980, 0, 1);
const UNIX = 3;
const FILE_MODE = 0o100644;

/** All files of a folder as a zip: sorted, without times and owners, so that the same files are the same bytes. */
export function zipOf(folder: string): Uint8Array {
  const paths = globSync('**/*', { cwd: folder })
    .filter(path => statSync(join(folder, path)).isFile())
    .map(path => ({ path, name: path.replaceAll('\\', '/') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = paths.map(
    ({ path, name }) => [name, [readFileSync(join(folder, path)), {}]] satisfies [string, ZippableFile],
  );
  return zipSync(Object.fromEntries(files), { level: 9, mtime: EPOCH, os: UNIX, attrs: FILE_MODE << 16 });
}
