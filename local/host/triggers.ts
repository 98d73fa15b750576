import type { Server } from 'node:http';
import { MINUTE_MS } from '../../shared/words/day.ts';
import type { Clock } from '../../shared/words/ports.ts';
import type { LogLevel } from './boundary.ts';
import type { LoadedApp, Registration } from './core.ts';
import { createHttpServer } from './http.ts';
import { type Invoker, triggerOf } from './invoke.ts';
import type { HostOptions } from './options.ts';
import { queueClientOf } from './outputs.ts';
import { QueueListener } from './queues.ts';
import { expand, type HostJson, type Settings } from './settings.ts';
import { parseSchedule, TimerListener } from './timers.ts';
import type { Work } from './work.ts';

export interface TriggersOptions {
  readonly app: LoadedApp;
  readonly hostJson: HostJson;
  readonly settings: Settings;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly invoker: Invoker;
  readonly work: Work;
  readonly log: (level: LogLevel, message: string) => void;
  readonly host: HostOptions;
}

/** Everything that can start a function of the app. */
export interface Triggers {
  readonly functions: readonly { readonly name: string; readonly type: string }[];
  /** @returns the server's address when there is an HTTP function */
  start(): Promise<string | undefined>;
  runTimer(name: string): Promise<boolean>;
  /** Queues that were not found empty since the last handler ended. */
  unread(): string[];
  /** Starts nothing more, except over HTTP. After `waitMs` a request for messages that is still open is cut off. */
  stop(waitMs: number): Promise<void>;
  /** Closes the server and its connections. */
  close(): Promise<void>;
}

/**
 * Reads each function's trigger and makes what will run it; nothing runs yet. A function whose binding is not usable is
 * logged, and left out.
 *
 * @throws when two functions have one name
 */
export function bindTriggers(options: TriggersOptions): Triggers {
  const { app, hostJson, settings, invoker, work, log, host } = options;
  const timers = new Map<string, TimerListener>();
  const queues: QueueListener[] = [];
  const http: Registration[] = [];
  const seen = new Set<string>();
  const functions: { name: string; type: string }[] = [];

  for (const fn of app.functions) {
    const { name } = fn.metadata;
    const { type } = triggerOf(fn);
    if (seen.has(name.toLowerCase())) throw new Error(`two functions are called ${name}`);
    seen.add(name.toLowerCase());
    functions.push({ name, type });
    if (/^(?:true|1)$/i.test(settings[`AzureWebJobs.${name}.Disabled`] ?? '')) continue;
    try {
      if (type === 'timerTrigger') timers.set(name, timerOf(fn, options));
      else if (type === 'queueTrigger') queues.push(queueOf(fn, options));
      else if (type === 'httpTrigger') http.push(fn);
      else throw new Error(`this host has no ${type}`);
    } catch (thrown) {
      // As on Azure: the function is listed and never runs, and the others go on.
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      log('error', `The function ${name} is in error and never runs: ${why}`);
    }
  }

  const server = createHttpServer({
    functions: http,
    routePrefix: hostJson.routePrefix,
    functionKey: host.functionKey,
    log,
    invoke: (fn, request) =>
      work.track(fn.metadata.name, async () => {
        const outcome = await invoker.run(fn, `http ${request.method}`, { http: request }, {});
        return outcome.ok ? { value: outcome.response.returnValue } : undefined;
      }),
    runNow(name) {
      const timer = timers.get(name);
      void timer?.runNow();
      return timer !== undefined;
    },
  });

  return {
    functions,
    async start() {
      // The server first: a port that is taken must not leave pollers behind.
      const port = http.length > 0 ? await listenFor(host, server) : undefined;
      for (const queue of queues) queue.start();
      if (host.schedules ?? true) for (const timer of timers.values()) void timer.follow();
      return port === undefined ? undefined : `http://127.0.0.1:${port}`;
    },
    async runTimer(name) {
      const timer = timers.get(name);
      if (timer === undefined)
        throw new Error(`there is no timer ${name}; there are: ${[...timers.keys()].join(', ')}`);
      return timer.runNow();
    },
    unread: () => queues.filter(queue => !queue.foundEmpty).map(queue => queue.queueName),
    async stop(waitMs) {
      for (const timer of timers.values()) timer.stop();
      await Promise.all(queues.map(queue => queue.stop(waitMs)));
    },
    async close() {
      if (!server.listening) return;
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function timerOf(fn: Registration, { settings, clock, invoker, work }: TriggersOptions): TimerListener {
  const { schedule, useMonitor, runOnStartup } = triggerOf(fn);
  return new TimerListener({
    schedule: parseSchedule(expand(String(schedule), settings)),
    useMonitor: useMonitor !== false,
    runOnStartup: runOnStartup === true,
    clock,
    invoke: (reason, input) => work.track(fn.metadata.name, async () => (await invoker.run(fn, reason, input, {})).ok),
  });
}

function queueOf(fn: Registration, { hostJson, settings, invoker, work, log, host }: TriggersOptions): QueueListener {
  return new QueueListener({
    queue: queueClientOf(triggerOf(fn), settings),
    poisonQueueOf: name => queueClientOf({ ...triggerOf(fn), queueName: name }, settings),
    functionName: fn.metadata.name,
    config: hostJson.queues,
    invisibleMs: host.invisibleMs ?? 10 * MINUTE_MS,
    renewMs: host.renewMs ?? 5 * MINUTE_MS,
    pollMaxMs: Math.min(host.pollMaxMs ?? 250, hostJson.queues.maxPollingIntervalMs),
    work,
    log,
    invoke: async (reason, input, metadata) => (await invoker.run(fn, reason, input, metadata)).ok,
  });
}

/** Another program may have come first since the port was found free. */
async function listenFor({ port = 0, orAnyPort = false }: HostOptions, server: Server): Promise<number> {
  return listen(server, port).catch(thrown => {
    if (orAnyPort && thrown.code === 'EADDRINUSE') return listen(server, 0);
    throw thrown;
  });
}

/** @returns the port it got */
async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
