/**
 * The process that Azurite runs in: `node child.ts <azurite.js> <flags>`. It ends in good order when its
 * standard input ends, which the system sees to however the parent dies, so that no emulator is ever left behind.
 */
import { pathToFileURL } from 'node:url';

const [azurite] = process.argv.splice(2, 1);
if (azurite === undefined) throw new Error('Usage: node child.ts <azurite.js> <flags>');

process.stdin.resume().once('end', () => {
  // Azurite's own way to stop and save. Without it yet, there is nothing to save.
  if (!process.emit('SIGTERM')) process.exit(1);
});
// When the parent was killed nobody reads these any more; that must not end the process before it has saved.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

await import(pathToFileURL(azurite).href);
