import type { CommanderError } from 'commander';
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

/**
 * What commander says of a wrong argument, shorter and with the words that were typed.
 *
 * @param typed the arguments before those such as -7d lost their dash
 */
export function wordsOf({ code, message }: CommanderError, typed: readonly string[]): string {
  if (code === 'commander.help') return 'Name a command.';
  const text = message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const [, flag, given = '', why = ''] =
    /^(?:command-argument value|option '([^' ]+)[^']*' argument) '(.*?)' is invalid(?: for argument '[^']*')?\. (.*)$/.exec(
      text,
    ) ?? [];
  if (why === '') return text;
  const word = typed.includes(`-${given}`) && !typed.includes(given) ? `-${given}` : given;
  // It may name the word by itself.
  const about = [flag, ...(why.includes(word) ? [] : [word])].filter(Boolean).join(' ');
  return about === '' ? why : `${about}: ${why}`;
}
