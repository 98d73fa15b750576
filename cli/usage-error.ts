import type { ExitCode } from './exit-codes.ts';

/** What a command cannot do, although it was called rightly. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly reason: string;
  readonly code: ExitCode;

  constructor(reason: string, code: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.code = code;
  }
}

/** The command was called wrongly, or cannot mean what was said. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
