import { eventFieldsOf, failureOf } from '../words/errors.ts';
import { type Report, reporter } from '../words/telemetry.ts';
import { type App, composed } from './compose.ts';

/** Running a piece of work for a function's invocation: with the app, and so that a failure is told in our own words. */

/** What a function's invocation offers us. */
export interface Invocation {
  readonly traceContext?: { readonly traceParent?: string | null | undefined } | undefined;
  log(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

/** Runs `work` with the app; what goes wrong is reported in our own words, then thrown for the host to see. */
export async function runReported<T>(
  name: string,
  invocation: Invocation,
  work: (app: App, report: Report) => Promise<T>,
): Promise<T> {
  const report = reporter({
    info: line => invocation.log(line),
    warn: line => invocation.warn(line),
    error: line => invocation.error(line),
  });
  let app: App;
  try {
    app = composed();
  } catch (thrown) {
    report('config rejected', { message: failureOf(thrown).message });
    throw thrown;
  }
  try {
    return await work(app, report);
  } catch (thrown) {
    report('work failed', { function: name, ...eventFieldsOf(thrown) });
    throw thrown;
  }
}

/** As `runReported`, and never throws: where throwing would change nothing, or lose a poison message from sight. */
export async function runSwallowing(
  name: string,
  invocation: Invocation,
  work: (app: App, report: Report) => Promise<void> | void,
): Promise<void> {
  try {
    await runReported(name, invocation, async (app, report) => work(app, report));
  } catch {
    // `runReported` has reported it; the planner finds the day by its silence.
  }
}
