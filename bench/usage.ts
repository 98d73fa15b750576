/** What this process has used. */

export interface Usage {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the whole process since its start. */
  readonly peakMb: number;
}

/** Measures from now until the function that it returns is called. */
export function usageFromHere(): () => Usage {
  const before = process.cpuUsage();
  const began = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(before);
    const seconds = (performance.now() - began) / 1_000;
    return { seconds, cpuSeconds: (user + system) / 1e6, peakMb: process.resourceUsage().maxRSS / 1_024 };
  };
}
