/**
 * Where a harness steps in. `op` is the port's operation and what it is about, separated by spaces, such as
 * `ledger.putDay teams-sms 2026-01-31`, `ledger.gate graph` or `lake.commit teams-sms 2026-01-31`.
 *
 * The operation itself is one indivisible step between the two calls, as it is in the real service:
 *
 * - throw in `before`: the request was lost, nothing happened (or the worker was killed just before it)
 * - throw in `after`: the operation took effect and its answer was lost (or the worker was killed just after it)
 * - wait in either: the network is slow, and others overtake; to kill a worker, never resolve
 */
export interface Hooks {
  before?(op: string): Promise<void>;
  after?(op: string): Promise<void>;
}

/** Runs one operation of a double between its hooks. */
export async function between<T>(hooks: Hooks, op: string, act: () => T): Promise<T> {
  await hooks.before?.(op);
  const result = act();
  await hooks.after?.(op);
  return result;
}
