/** Ctrl-C: the first one asks for a stop in good order, the next one ends the process as it is. */

/**
 * npm passes a Ctrl-C on to us that the terminal has sent to us already, so it comes twice.
 * Nobody presses it again on purpose this soon.
 */
const ECHO_MS = 750;

export interface Stop {
  readonly signal: AbortSignal;
  dispose(): void;
}

/** Windows knows no SIGTERM. It tells of Ctrl-Break, and of a window that is closed, some seconds before it ends us. */
export function signalsOf(platform: NodeJS.Platform): readonly NodeJS.Signals[] {
  return platform === 'win32' ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM'];
}

export function stopOnSignals(say: (line: string) => void): Stop {
  const controller = new AbortController();
  let askedAt = 0;
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      // The emulator notices, saves what it has, and ends by itself.
      if (performance.now() > askedAt + ECHO_MS) process.exit(130);
      return;
    }
    askedAt = performance.now();
    say('Stopping: Landline ends the reads in progress, then saves everything. Press Ctrl-C again to stop at once.');
    controller.abort();
  };
  const signals = signalsOf(process.platform);
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    dispose() {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
