import Module, { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { FunctionMetadata, Handler, Hook, HookName, LogLevel, ProgrammingModel } from './boundary.ts';

/** One `app.timer(…)`, `app.http(…)`, … of the app, with the copy of the package that registered it. */
export interface Registration {
  readonly metadata: FunctionMetadata;
  readonly handler: Handler;
  readonly model: ProgrammingModel;
}

/** What an app's entry files left behind: its functions and hooks, in order of registration. */
export interface LoadedApp {
  readonly functions: Registration[];
  readonly hooks: Record<HookName, Hook[]>;
  /** Lines of the package itself that belong to no invocation. */
  readonly log: (level: LogLevel, category: string, message: string) => void;
}

const CORE = '@azure/functions-core';
const COPY = '?landline-host=';

let installed = false;
let copies = 0;
/** The app whose entry files are being imported; `undefined` once that is done. */
let loading: LoadedApp | undefined;
/** The last app loaded: it answers for whatever arrives outside of any loading or invocation. */
let latest: LoadedApp | undefined;
/** Loading is one at a time: a registration does not say whose it is. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Imports the entry files in order and collects what they register.
 *
 * Each call evaluates the app's own modules afresh, as a new worker process would; packages under `node_modules` are
 * shared by all copies. A class of the app is therefore another class in each host, and in the test beside it.
 *
 * @throws when a file throws while loading, with the file's name and the reason as `cause`
 */
export function loadApp(files: readonly string[], log: LoadedApp['log']): Promise<LoadedApp> {
  install();
  const loaded = turn.then(() => importAll(files, log));
  turn = loaded.catch(() => undefined);
  return loaded;
}

async function importAll(files: readonly string[], log: LoadedApp['log']): Promise<LoadedApp> {
  const hooks = { appStart: [], appTerminate: [], preInvocation: [], postInvocation: [], log: [] };
  const app: LoadedApp = { functions: [], hooks, log };
  copies += 1;
  loading = app;
  latest = app;
  try {
    for (const file of files) {
      try {
        await import(`${pathToFileURL(file).href}${COPY}${copies}`);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        const rule = 'On Azure an app whose entry file throws has no functions at all';
        throw new Error(`${file} threw while loading: ${reason}. ${rule}.`, { cause });
      }
    }
  } finally {
    loading = undefined;
  }
  return app;
}

/** Answers `require('@azure/functions-core')` the way the real worker does, for the rest of this process. */
function install(): void {
  if (installed) return;
  installed = true;

  const original = Module.prototype.require;
  const patched = function (this: NodeJS.Module, id: string): unknown {
    return id === CORE ? coreApi() : Reflect.apply(original, this, [id]);
  };
  Module.prototype.require = patched;

  // `import` answers a second time from its cache, and a second host would find nothing registered. A query makes the
  // URL new, and this hands the query down to everything the entry file imports.
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const at = context.parentURL?.indexOf(COPY) ?? -1;
      if (at < 0 || !resolved.url.startsWith('file:') || resolved.url.includes('/node_modules/')) return resolved;
      return { ...resolved, url: resolved.url + context.parentURL?.slice(at) };
    },
  });
}

/**
 * The module, one for each copy of the package: a bundle has its own. The package asks once, keeps the answer, and sets
 * its model on it, so the model belongs here and not to an app.
 */
function coreApi(): object {
  let model: ProgrammingModel | undefined;
  return {
    version: '0.0.0-landline',
    hostVersion: '4.0.0-landline',
    setProgrammingModel(value: ProgrammingModel): void {
      model = value;
    },
    getProgrammingModel: (): ProgrammingModel | undefined => model,
    registerFunction(metadata: FunctionMetadata, handler: Handler): { dispose(): void } {
      if (loading === undefined || model === undefined) {
        throw new Error(`${metadata.name}: a function can only be registered while an entry file loads`);
      }
      return put(loading.functions, { metadata, handler, model });
    },
    registerHook(name: HookName, hook: Hook): { dispose(): void } {
      const app = loading ?? latest;
      // The package turns a RangeError into its own words about the host's version.
      if (app === undefined || !Object.hasOwn(app.hooks, name)) throw new RangeError(`Unrecognized hook "${name}"`);
      return put(app.hooks[name], hook);
    },
    log(level: LogLevel, category: string, message: string): void {
      latest?.log(level, category, message);
    },
  };
}

function put<T>(list: T[], item: T): { dispose(): void } {
  list.push(item);
  return {
    dispose(): void {
      const at = list.indexOf(item);
      if (at >= 0) list.splice(at, 1);
    },
  };
}
