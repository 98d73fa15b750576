import { UsageError } from './usage-error.ts';

/**
 * Loads or starts what needs packages that the app and most commands do without. `npm ci --omit=dev` leaves them out.
 *
 * @param what as a person calls it
 * @throws UsageError when one is not installed
 */
export async function withDevelopmentPackages<T>(what: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (thrown) {
    const missing = missingPackage(thrown);
    if (missing === undefined) throw thrown;
    const message = `${what} needs the package ${missing}, which is not installed: run \`npm ci\` in the folder of Landline, without --omit=dev.`;
    throw new UsageError(message, { cause: thrown });
  }
}

/** A file of ours that is missing has the same code, and says "module": that is a bug. */
function missingPackage(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  if (!('code' in thrown) || thrown.code !== 'ERR_MODULE_NOT_FOUND') return missingPackage(thrown.cause);
  return /^Cannot find package '([^']+)'/.exec(thrown.message)?.[1];
}
