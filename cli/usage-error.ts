/** The command was called wrongly, or cannot mean what was said. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
