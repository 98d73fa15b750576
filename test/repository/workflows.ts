import { registerHooks } from 'node:module';
import type { ActionReference } from '@actions/languageservice/action';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parse } from 'yaml';
import { z } from 'zod';
import { inputsOf, RUNNERS } from './actions.ts';

/**
 * What is wrong with a workflow, as far as it can be told without GitHub: first GitHub's own parser, with its schema,
 * expressions and contexts, then the rules of this repository.
 */

// The language service imports JSON as bundlers allow it, without saying that it is JSON.
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
});
const { validate, registerLogger } = await import('@actions/languageservice');
const { clearCache } = await import('@actions/languageservice/utils/workflow-cache');

const step = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const permissions = z.union([z.string(), z.record(z.string(), z.string())]).optional();
/** What is read of a workflow here. */
export const workflow = z.looseObject({
  on: z.union([z.string(), z.array(z.string()), z.record(z.string(), z.unknown())]),
  permissions,
  jobs: z.record(
    z.string(),
    z.looseObject({
      'runs-on': z.string(),
      'timeout-minutes': z.number().optional(),
      permissions,
      strategy: z.looseObject({ matrix: z.record(z.string(), z.unknown()).optional() }).optional(),
      steps: z.array(step).optional(),
    }),
  ),
});
type Workflow = z.infer<typeof workflow>;
type Job = Workflow['jobs'][string];

/** What a job may write. All others read, or have no token at all. */
const MAY_WRITE: Readonly<Record<string, readonly string[]>> = {
  'codeql.yml analyze': ['security-events'],
  'release.yml publish': ['contents', 'id-token', 'attestations'],
};

/** Started by a stranger, these run with the rights of the repository. */
const DANGEROUS = ['pull_request_target', 'workflow_run', 'issue_comment'];

/**
 * @param name of the file, such as `ci.yml`
 * @returns one line for each flaw
 */
export async function flawsOf(name: string, text: string): Promise<string[]> {
  const flaws = await flawsByGitHub(name, text);
  // Our rules read a workflow that is one.
  if (flaws.length > 0) return flaws;
  const read = workflow.safeParse(parse(text));
  if (!read.success) return [z.prettifyError(read.error)];
  return [...flawsOfPins(text), ...flawsOfRights(name, read.data), ...flawsOfJobs(read.data)];
}

async function flawsByGitHub(name: string, text: string): Promise<string[]> {
  const troubles: string[] = [];
  const trouble = (message: string): void => void troubles.push(message);
  // It tells its own failures to a logger only, and then answers that nothing is wrong.
  registerLogger({ error: trouble, warn: trouble, info: () => {}, log: () => {} });
  // It keeps what it once parsed by its address.
  clearCache();
  const document = TextDocument.create(`file:///.github/workflows/${name}`, 'github-actions-workflow', 1, text);
  const found = await validate(document, {
    actionsMetadataProvider: { fetchActionMetadata: async action => metadataOf(action, text) },
  });
  return [...troubles, ...found.map(({ message, range }) => `line ${range.start.line + 1}: ${message}`)];
}

/** The language service hears of an action by its commit; which version that is, the comment says. */
async function metadataOf({ owner, name, path, ref }: ActionReference, text: string) {
  const action = [owner, name, path].filter(Boolean).join('/');
  const major = new RegExp(`@${ref} # (v\\d+)\\.`).exec(text)?.[1] ?? /^v\d+/.exec(ref)?.[0] ?? '';
  const inputs = inputsOf(action, major);
  return inputs === undefined ? undefined : { name: action, description: action, inputs };
}

const PINNED = /^\s*(?:- )?uses: ([\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$/;

/** The actions that a text uses, with the commit and the version of each. */
export function pinsOf(text: string): { action: string; commit: string; version: string }[] {
  return text.split(/\r?\n/).flatMap(line => {
    const [, action, commit, version] = PINNED.exec(line) ?? [];
    return action === undefined || commit === undefined || version === undefined ? [] : [{ action, commit, version }];
  });
}

function flawsOfPins(text: string): string[] {
  return text
    .split(/\r?\n/)
    .flatMap((line, at) =>
      /^\s*(- )?uses:/.test(line) && !PINNED.test(line)
        ? [`line ${at + 1}: an action is pinned by its whole commit, with the version behind it as a comment`]
        : [],
    );
}

function flawsOfRights(name: string, { permissions, on, jobs }: Workflow): string[] {
  const events = typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(on);
  const flaws = events.filter(event => DANGEROUS.includes(event)).map(event => `it must not run on ${event}`);
  if (permissions === undefined) flaws.push('it has no permissions of its own, so its token may write everything');
  else flaws.push(...writesOf(permissions).map(scope => `every job may write ${scope}: give it to the job that must`));
  for (const [job, { permissions: own }] of Object.entries(jobs)) {
    const may = MAY_WRITE[`${name} ${job}`] ?? [];
    flaws.push(
      ...writesOf(own ?? {})
        .filter(scope => !may.includes(scope))
        .map(scope => `job ${job} may write ${scope}`),
    );
  }
  return flaws;
}

function writesOf(granted: string | Readonly<Record<string, string>>): string[] {
  if (typeof granted === 'string') return granted === 'none' ? [] : [granted];
  return Object.entries(granted).flatMap(([scope, level]) => (level === 'write' ? [scope] : []));
}

function flawsOfJobs({ jobs }: Workflow): string[] {
  return Object.entries(jobs).flatMap(([name, job]) => [
    ...(job['timeout-minutes'] === undefined
      ? [`job ${name} has no timeout-minutes, so it may hang for six hours`]
      : []),
    ...runnersOf(job)
      .filter(label => !RUNNERS.includes(label))
      .map(label => `job ${name} runs on ${label}, which is none of ${RUNNERS.join(', ')}`),
    ...(job.steps ?? []).flatMap(each => flawsOfStep(each).map(flaw => `job ${name}: ${flaw}`)),
  ]);
}

/** The labels a job runs on, with those of its matrix in the place of `${{ matrix.… }}`. */
function runnersOf(job: Job): string[] {
  const label = job['runs-on'];
  const [, axis] = /^\$\{\{ matrix\.(\w+) \}\}$/.exec(label) ?? [];
  if (axis === undefined) return [label];
  return z.array(z.string()).parse(job.strategy?.matrix?.[axis]);
}

function flawsOfStep({ uses, run, with: inputs }: z.infer<typeof step>): string[] {
  const flaws: string[] = [];
  if (run?.includes('${{')) flaws.push('an expression in `run` becomes code; pass it through `env`');
  if (uses?.startsWith('actions/checkout@') && inputs?.['persist-credentials'] !== false)
    flaws.push('checkout leaves its token to every later step without persist-credentials: false');
  return flaws;
}

/** npm scripts that a text runs, with the flags that it gives them. */
export function scriptsOf(text: string): { script: string; flags: string[] }[] {
  return [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test))(?: -- (.*))?$/gm)].map(
    ([, named, own, rest = '']) => ({
      script: named ?? own ?? '',
      flags: rest.match(/--[\w-]+/g) ?? [],
    }),
  );
}
