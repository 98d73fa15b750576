import { randomBytes, randomUUID } from 'node:crypto';
import type { CoreContext, HookName, InvocationResponse, LogLevel, TypedData } from './boundary.ts';
import type { LoadedApp, Registration } from './core.ts';

/** One line of the app (`user`), of the package (`system`) or of this host (`host`). */
export interface LogLine {
  readonly time: Date;
  readonly level: LogLevel;
  readonly category: string;
  readonly message: string;
  readonly functionName?: string;
  readonly invocationId?: string;
}

/** Counts since the host started. */
export interface Counts {
  readonly started: number;
  readonly succeeded: number;
  readonly failed: number;
}

export type Outcome =
  | { readonly ok: true; readonly response: InvocationResponse }
  | { readonly ok: false; readonly error: unknown };

export interface InvokerOptions {
  /** Whether invocations belong to traces; without Application Insights the real host gives an empty text. */
  readonly traced: boolean;
  /** After this an error is logged. Nothing in a process can stop its own handler: Azure kills the worker here. */
  readonly functionTimeoutMs: number;
  readonly now: () => Date;
  readonly log: (line: LogLine) => void;
  /** Writes the bindings' outputs; its failure fails the invocation, as on Azure. */
  readonly writeOutputs: (fn: Registration, response: InvocationResponse) => Promise<void>;
}

/** The longest delay `setTimeout` takes; a longer one would fire at once. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

/** Runs functions of one app: arguments, hooks, handler, response, outputs. It never throws; a failure is an outcome. */
export class Invoker {
  private readonly app: LoadedApp;
  private readonly options: InvokerOptions;
  private readonly tallies = new Map<string, { started: number; succeeded: number; failed: number }>();

  constructor(app: LoadedApp, options: InvokerOptions) {
    this.app = app;
    this.options = options;
    for (const { metadata } of app.functions) this.tallies.set(metadata.name, { started: 0, succeeded: 0, failed: 0 });
  }

  counts(): Readonly<Record<string, Counts>> {
    return Object.fromEntries([...this.tallies].map(([name, counts]) => [name, { ...counts }]));
  }

  /** @param reason why the host runs it, for the log */
  async run(
    fn: Registration,
    reason: string,
    input: TypedData,
    triggerMetadata: Record<string, TypedData>,
  ): Promise<Outcome> {
    const functionName = fn.metadata.name;
    const invocationId = randomUUID();
    const counts = this.tallies.get(functionName) ?? { started: 0, succeeded: 0, failed: 0 };
    const say = (level: LogLevel, message: string): void =>
      this.options.log({ time: this.options.now(), level, category: 'host', message, functionName, invocationId });
    const startedAt = performance.now();
    const elapsedMs = (): number => Math.round(performance.now() - startedAt);

    counts.started += 1;
    say('information', `Executing ${functionName} (${reason})`);
    const stopWatch = this.watch(() =>
      say(
        'error',
        `${functionName} exceeded functionTimeout; on Azure its worker is killed now, with all its neighbours`,
      ),
    );
    try {
      const response = await this.invoke(fn, invocationId, input, triggerMetadata);
      await this.options.writeOutputs(fn, response);
      counts.succeeded += 1;
      say('information', `Executed ${functionName} (succeeded, ${elapsedMs()} ms)`);
      return { ok: true, response };
    } catch (thrown) {
      counts.failed += 1;
      const what = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
      say('error', `Executed ${functionName} (failed, ${elapsedMs()} ms): ${what}`);
      return { ok: false, error: thrown };
    } finally {
      stopWatch();
    }
  }

  /** Runs the hooks of one name in order. @throws what the first failing hook throws */
  async runHooks(name: HookName, context: object): Promise<void> {
    for (const hook of this.app.hooks[name]) await hook(context);
  }

  private async invoke(
    fn: Registration,
    invocationId: string,
    input: TypedData,
    triggerMetadata: Record<string, TypedData>,
  ): Promise<InvocationResponse> {
    const core: CoreContext = {
      invocationId,
      metadata: fn.metadata,
      request: {
        invocationId,
        inputData: [{ name: triggerOf(fn).name, data: input }],
        triggerMetadata,
        traceContext: { traceParent: this.options.traced ? newTraceParent() : '', traceState: '', attributes: {} },
      },
      state: 'preInvocationHooks',
      log: (level, category, message) => this.log(fn, invocationId, invocationContext, level, category, message),
    };
    let invocationContext: unknown;
    const invocation = fn.model.getInvocationModel(core);
    const { context, inputs } = await invocation.getArguments();
    invocationContext = context;

    // Hooks change these two objects in place.
    const pre = { hookData: {}, inputs, functionCallback: fn.handler, invocationContext };
    await this.runHooks('preInvocation', pre);

    core.state = 'invocation';
    const ended = await outcomeOf(() => invocation.invokeFunction(context, pre.inputs, pre.functionCallback));
    const post = { hookData: pre.hookData, inputs: pre.inputs, invocationContext, ...ended };

    core.state = 'postInvocationHooks';
    await this.runHooks('postInvocation', post);
    if (post.error !== undefined && post.error !== null) throw post.error;
    return invocation.getResponse(context, post.result);
  }

  private log(
    fn: Registration,
    invocationId: string,
    invocationContext: unknown,
    level: LogLevel,
    category: string,
    text: string,
  ): void {
    const entry = { hookData: {}, level, category, message: text, invocationContext };
    // The package awaits nothing here, so a log hook that is async is simply not waited for, as in the real worker.
    for (const hook of this.app.hooks.log) hook(entry);
    const { message } = entry;
    const functionName = fn.metadata.name;
    this.options.log({ time: this.options.now(), level: entry.level, category, message, functionName, invocationId });
  }

  private watch(onTimeout: () => void): () => void {
    const ms = this.options.functionTimeoutMs;
    if (ms > TIMEOUT_MS_MAX) return () => undefined;
    const timer = setTimeout(onTimeout, ms);
    timer.unref();
    return () => clearTimeout(timer);
  }
}

/** Anything thrown fails an invocation, `undefined` too; a hook clears an error by setting it to `undefined`. */
async function outcomeOf(run: () => Promise<unknown>): Promise<{ result: unknown; error: unknown }> {
  try {
    return { result: await run(), error: undefined };
  } catch (thrown) {
    return { result: undefined, error: thrown ?? new Error('Unknown error') };
  }
}

/** The trigger of a function. @throws when it has none, which the package does not allow */
export function triggerOf(
  fn: Registration,
): { readonly name: string; readonly type: string } & Record<string, unknown> {
  for (const [name, binding] of Object.entries(fn.metadata.bindings)) {
    if (/trigger$/i.test(binding.type)) return { ...binding, name, type: binding.type };
  }
  throw new Error(`${fn.metadata.name} has no trigger`);
}

/** W3C trace context of a new, sampled trace: the host starts one for each invocation. */
function newTraceParent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}
