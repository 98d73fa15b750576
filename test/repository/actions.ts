import type { ActionInputs } from '@actions/languageservice/action';

/**
 * The actions that a workflow may use, by name and major version, with the inputs that `action.yml` of that version
 * takes. Renovate moves the pinned commits within a major version by itself; a new major version is read by a person
 * first, and written down here.
 */
const TAKES: Readonly<Record<string, { readonly required?: readonly string[]; readonly optional: readonly string[] }>> =
  {
    'actions/attest@v4': {
      optional: ['subject-path', 'subject-digest', 'subject-name', 'subject-checksums', 'sbom-path', 'show-summary'],
    },
    'actions/checkout@v7': { optional: ['repository', 'ref', 'path', 'fetch-depth', 'persist-credentials'] },
    'actions/dependency-review-action@v4': {
      optional: ['fail-on-severity', 'fail-on-scopes', 'allow-licenses', 'allow-ghsas', 'comment-summary-in-pr'],
    },
    'actions/download-artifact@v8': { optional: ['name', 'path', 'pattern', 'merge-multiple', 'digest-mismatch'] },
    'actions/setup-dotnet@v6': { optional: ['dotnet-version', 'dotnet-quality', 'global-json-file'] },
    'actions/setup-node@v7': {
      optional: ['node-version', 'node-version-file', 'check-latest', 'cache', 'package-manager-cache'],
    },
    'actions/upload-artifact@v7': {
      required: ['path'],
      optional: ['name', 'if-no-files-found', 'retention-days', 'compression-level', 'overwrite'],
    },
    'github/codeql-action/analyze@v4': { optional: ['category', 'output', 'upload'] },
    'github/codeql-action/init@v4': { optional: ['languages', 'build-mode', 'queries', 'config-file', 'config'] },
  };

/** Labels of the machines that GitHub lends: never `-latest`, which changes under a workflow without a commit. */
export const RUNNERS: readonly string[] = ['ubuntu-24.04', 'windows-2025', 'macos-15'];

/**
 * @param action such as `actions/checkout`, with the path inside the repository if it has one
 * @param major such as `v7`
 * @returns its inputs as GitHub's language service wants them; `undefined`: nobody has read that action
 */
export function inputsOf(action: string, major: string): ActionInputs | undefined {
  const takes = TAKES[`${action}@${major}`];
  if (takes === undefined) return undefined;
  const entry = (name: string, required: boolean) => [name, { description: name, required }] as const;
  return Object.fromEntries([
    ...(takes.required ?? []).map(name => entry(name, true)),
    ...takes.optional.map(name => entry(name, false)),
  ]);
}
