/** What the exit code of any command means. */
export const EXIT_CODES = {
  0: 'fine',
  1: 'attention needed, or it failed',
  2: 'wrong usage',
  3: 'storage, a sign-in or the app refused or was not reached',
  4: 'what is held is whole, and days of the range are not held',
  130: 'stopped by Ctrl-C',
} as const;
export type ExitCode = keyof typeof EXIT_CODES;
