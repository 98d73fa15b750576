import { createServer } from 'node:net';
import { UsageError } from '../../cli/usage-error.ts';
import { USUAL_PORT } from './options.ts';

/** Where the coverage page is: at the same address from start to start, unless somebody else has it. */

/**
 * @param asked by `--port`: this one and no other
 * @returns 0, which takes any that is free, when the usual one is taken
 * @throws UsageError when the one that was asked for cannot be had
 */
export async function portFor(asked: number | undefined): Promise<number> {
  const code = await refusalOf(asked ?? USUAL_PORT);
  if (code === undefined) return asked ?? USUAL_PORT;
  if (asked === undefined) return 0;
  const why = code === 'EADDRINUSE' ? 'another program on this machine uses it' : `the system refuses it (${code})`;
  throw new UsageError(`--port ${asked}: ${why}. Name another port, or leave the flag out to take a free port.`);
}

/** Why the loopback interface does not give the port; `undefined` when it does. */
function refusalOf(port: number): Promise<string | undefined> {
  return new Promise(resolve => {
    const probe = createServer();
    probe.once('error', (thrown: NodeJS.ErrnoException) => resolve(thrown.code ?? thrown.message));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(undefined)));
  });
}
