import { existsSync, globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { MINUTE_MS } from '../../shared/words/day.ts';

/** App settings: what Azure hands to the process as environment variables. */
export type Settings = Readonly<Record<string, string>>;

/** The parts of host.json that this host obeys, with Azure's defaults filled in. */
export interface HostJson {
  /** Infinity when unbounded. */
  readonly functionTimeoutMs: number;
  /** Without slashes at its ends; empty when the routes start at the root. */
  readonly routePrefix: string;
  readonly queues: {
    readonly batchSize: number;
    readonly newBatchThreshold: number;
    readonly maxPollingIntervalMs: number;
    /** The delay after a failed attempt. */
    readonly visibilityTimeoutMs: number;
    readonly maxDequeueCount: number;
    readonly messageEncoding: 'base64' | 'none';
  };
}

const timeSpan = z.string().transform((text, context): number => {
  const ms = parseTimeSpan(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: `expected a time span such as 00:05:00, got "${text}"` });
  return z.NEVER;
});

// Ranges and defaults: azure-platform.md, 1.4. Keys that only Azure's host reads are let through.
const hostJsonSchema = z.looseObject({
  version: z.literal('2.0'),
  functionTimeout: timeSpan.default(30 * MINUTE_MS),
  extensions: z
    .looseObject({
      http: z.looseObject({ routePrefix: z.string().default('api') }).prefault({}),
      queues: z
        .looseObject({
          batchSize: z.int().min(1).max(32).default(16),
          newBatchThreshold: z.int().min(0).optional(),
          maxPollingInterval: timeSpan.default(MINUTE_MS),
          visibilityTimeout: timeSpan.default(0),
          maxDequeueCount: z.int().min(1).default(5),
          messageEncoding: z.enum(['base64', 'none']).default('base64'),
        })
        .prefault({}),
    })
    .prefault({}),
});

/**
 * Reads a host.json that was already parsed.
 *
 * @throws naming each value that Azure's host would not take
 */
export function readHostJson(raw: unknown): HostJson {
  const read = hostJsonSchema.safeParse(raw);
  if (!read.success) throw new Error(`host.json is not usable:\n${z.prettifyError(read.error)}`);
  const { http, queues } = read.data.extensions;
  return {
    functionTimeoutMs: read.data.functionTimeout,
    routePrefix: http.routePrefix.replace(/^\/+|\/+$/g, ''),
    queues: {
      batchSize: queues.batchSize,
      newBatchThreshold: queues.newBatchThreshold ?? Math.floor(queues.batchSize / 2) * availableParallelism(),
      maxPollingIntervalMs: queues.maxPollingInterval,
      visibilityTimeoutMs: queues.visibilityTimeout,
      maxDequeueCount: queues.maxDequeueCount,
      messageEncoding: queues.messageEncoding,
    },
  };
}

/** The parsed host.json of an app's root. @throws when there is none: Azure does not start such an app */
export function loadHostJson(root: string): unknown {
  const path = join(root, 'host.json');
  if (!existsSync(path)) throw new Error(`${path} does not exist, so this folder is not a Functions app`);
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Milliseconds of `hh:mm:ss` or `d.hh:mm:ss`; Infinity for `-1`; `undefined` when it is neither. */
export function parseTimeSpan(text: string): number | undefined {
  if (text === '-1') return Number.POSITIVE_INFINITY;
  const match = /^(?:(\d+)\.)?([01]?\d|2[0-3]):([0-5]?\d):([0-5]?\d)(\.\d{1,7})?$/.exec(text);
  if (match === null) return undefined;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = '0'] = match;
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return (whole + Number(fraction)) * 1000;
}

/**
 * Replaces each `%NAME%` with the setting of that name.
 *
 * @throws when the setting is absent: Azure's host does not start the function either
 */
export function expand(text: string, settings: Settings): string {
  return text.replace(/%([^%]+)%/g, (_whole, name: string) => {
    const value = settings[name];
    if (value === undefined) throw new Error(`the setting ${name} is missing`);
    return value;
  });
}

/**
 * The connection string a binding's `connection` prefix leads to. Identity-based forms (`P__queueServiceUri`) are for
 * Azure only; here the plain setting must be there.
 */
export function connectionStringOf(prefix: string, settings: Settings): string {
  // Azure's host tries both names, in this order.
  const found = settings[`AzureWebJobs${prefix}`] ?? settings[prefix];
  if (found === undefined)
    throw new Error(`the connection ${prefix} needs a setting ${prefix} with a connection string`);
  return found;
}

/** The app's settings win over what the process had. Returns a function that puts everything back. */
export function applySettings(settings: Settings): () => void {
  const before = new Map(Object.keys(settings).map(name => [name, process.env[name]]));
  Object.assign(process.env, settings);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

/**
 * Absolute paths of the entry files: the given ones, or those the glob matches below `root`, sorted. Without either the
 * glob is the `main` of package.json, as on Azure.
 *
 * @throws when nothing matches
 */
export function entryFiles(root: string, main: string | undefined, files: readonly string[] | undefined): string[] {
  if (files !== undefined) return files.map(file => resolve(root, file));
  const glob = main ?? mainOf(root);
  const found = globSync(glob, { cwd: root }).sort();
  if (found.length === 0) throw new Error(`no file in ${root} matches ${glob}, so the app has no functions`);
  return found.map(file => resolve(root, file));
}

function mainOf(root: string): string {
  const path = join(root, 'package.json');
  const read = z.looseObject({ main: z.string() }).safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!read.success) throw new Error(`${path} has no main, so Azure's worker would not know which files to load`);
  return read.data.main;
}
