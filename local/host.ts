import { systemClock } from '../shared/app/clock.ts';
import { MINUTE_MS } from '../shared/words/day.ts';
import type { LogLevel } from './host/boundary.ts';
import { loadApp } from './host/core.ts';
import { Invoker } from './host/invoke.ts';
import type { Host, HostOptions } from './host/options.ts';
import { outputWriter } from './host/outputs.ts';
import { applySettings, entryFiles, loadHostJson, readHostJson } from './host/settings.ts';
import { bindTriggers, type Triggers } from './host/triggers.ts';
import { Work } from './host/work.ts';

export type { LogLine } from './host/invoke.ts';
export type { Host, HostOptions } from './host/options.ts';

/**
 * Runs an app made with `@azure/functions` v4, unmodified, in this process: timers, storage queues and HTTP, as Azure's
 * host runs them. It lacks function keys, retry policies, identity-based connections, cookies, HTTP streaming and all
 * other bindings. It keeps no timer status over restarts, so that no timer is ever past due; it is one process with its
 * functions, so that nothing starts a worker again or gives up on it; and it looks into empty queues more often.
 *
 * @throws when host.json is not usable, when an entry file throws, or when none registers a function
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const clock = options.clock ?? systemClock;
  const settings = {
    AzureWebJobsStorage: options.connectionString,
    FUNCTIONS_WORKER_RUNTIME: 'node',
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
    ...options.settings,
  };
  const log = (level: LogLevel, message: string, category = 'host'): void =>
    options.log({ time: new Date(clock.now()), level, category, message });
  const restoreSettings = applySettings(settings);
  try {
    const hostJson = readHostJson(options.hostJson ?? loadHostJson(options.root));
    const files = entryFiles(options.root, options.main, options.files);
    const app = await loadApp(files, (level, category, message) => log(level, message, category));
    if (app.functions.length === 0) {
      const hint = 'was a file that registers functions imported before the host started?';
      throw new Error(`no function was registered by ${files.join(', ')}; ${hint}`);
    }
    const work = new Work();
    const writeOutputs = outputWriter(app, hostJson.queues.messageEncoding, settings);
    const invoker = new Invoker(app, {
      traced: 'APPLICATIONINSIGHTS_CONNECTION_STRING' in settings,
      functionTimeoutMs: hostJson.functionTimeoutMs,
      now: () => new Date(clock.now()),
      log: options.log,
      writeOutputs: async (fn, response) => {
        if (!work.dead) await writeOutputs(fn, response);
      },
    });
    const triggers = bindTriggers({ app, hostJson, settings, clock, invoker, work, log, host: options });
    await invoker.runHooks('appStart', { hookData: {} });
    const url = await triggers.start();
    log('information', `Started ${app.functions.map(fn => fn.metadata.name).join(', ')}${url ? ` at ${url}` : ''}`);
    return hostOf({ invoker, work, triggers, url, log, restoreSettings, stopWaitMs: options.stopWaitMs ?? 10_000 });
  } catch (thrown) {
    restoreSettings();
    log('critical', `The host did not start: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    throw thrown;
  }
}

interface Running {
  readonly invoker: Invoker;
  readonly work: Work;
  readonly triggers: Triggers;
  readonly url: string | undefined;
  readonly log: (level: LogLevel, message: string) => void;
  readonly restoreSettings: () => void;
  readonly stopWaitMs: number;
}

function hostOf({ invoker, work, triggers, url, log, restoreSettings, stopWaitMs }: Running): Host {
  const idle = (): boolean => work.running.length === 0 && triggers.unread().length === 0;

  /** @returns whether the state came in time */
  const waitFor = async (state: () => boolean, ms: number): Promise<boolean> => {
    const deadline = performance.now() + ms;
    while (!state()) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return false;
      await work.nextChange(leftMs);
    }
    return true;
  };

  const stop = async (): Promise<void> => {
    await triggers.stop(stopWaitMs);
    if (!(await waitFor(() => work.running.length === 0, stopWaitMs))) {
      log('error', `Stopped while still running: ${work.running.join(', ')}`);
    }
    await invoker.runHooks('appTerminate', { hookData: {} });
    await triggers.close();
    restoreSettings();
  };
  const kill = async (): Promise<void> => {
    work.die();
    await triggers.stop(0);
    await triggers.close();
    restoreSettings();
  };
  let ended: Promise<void> | undefined;

  return {
    functions: triggers.functions,
    url,
    runTimer: name => triggers.runTimer(name),
    idle,
    async drain(timeoutMs = 5 * MINUTE_MS) {
      work.touch();
      if (await waitFor(idle, timeoutMs)) return;
      const running = work.running.join(', ') || 'none';
      const unread = triggers.unread().join(', ') || 'none';
      throw new Error(`not idle after ${timeoutMs} ms; running: ${running}; queues not found empty: ${unread}`);
    },
    stats: () => invoker.counts(),
    stop() {
      ended ??= stop();
      return ended;
    },
    kill() {
      ended ??= kill();
      return ended;
    },
  };
}
