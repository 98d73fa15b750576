/** What the exit code of any command means. */
export const EXIT_CODES = {
  0: 'fine',
  1: 'something needs attention, or the command failed',
  2: 'wrong options or arguments',
  3: 'the storage, the sign-in or the app refused the request or could not be reached',
  4: 'nothing that is held is damaged, but some days of the range are not held',
  130: 'stopped by Ctrl-C',
} as const;
export type ExitCode = keyof typeof EXIT_CODES;
