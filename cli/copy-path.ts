import path from 'node:path';

/** Names that Windows keeps for devices, whatever their ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Where the copy of a blob goes. Others may write blobs too, and what is a plain name there can lead out of the folder,
 * or mean something else, on the system that it is copied to.
 *
 * @param blob its name, with `/` between the parts on every system
 * @param system whose paths are made; that of this machine unless a test says otherwise
 * @returns `undefined` for a name that is not a plain path on every system
 */
export function copyPath(folder: string, blob: string, system: path.PlatformPath = path): string | undefined {
  const parts = blob.split('/');
  const plain = parts.every(part => /^[\w=.-]*[\w=-]$/.test(part) && !DEVICE.test(part));
  return plain ? system.join(folder, ...parts) : undefined;
}
