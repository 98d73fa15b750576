import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The compiled template that is committed for the portal's button, and how it stays what the sources compile to. */

export const INFRA = fileURLToPath(new URL('./', import.meta.url));
export const TEMPLATE = join(INFRA, 'main.json');
export const HASH_FILE = join(INFRA, 'main.sources.sha256');

/** Everything main.bicep is made of. */
function sources(): string[] {
  return globSync(['main.bicep', 'modules/*.bicep', '*.json', 'kql/**/*.kql', 'publish-package.sh'], { cwd: INFRA })
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => path !== 'main.json' && path !== 'main.parameters.json')
    .sort();
}

/** One digest over names and contents. Line ends do not count: a checkout may change them. */
export function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const path of sources())
    hash.update(`${path}\n${readFileSync(join(INFRA, path), 'utf8').replaceAll('\r', '')}\n`);
  return hash.digest('hex');
}

export function storedHash(): string {
  return readFileSync(HASH_FILE, 'utf8').trim();
}

/**
 * The template as it is committed: without what the compiler says of itself, and without the API version it picks for
 * nested deployments, which differ from one version of it to the next.
 */
export function normalised(template: string): unknown {
  return plain(JSON.parse(template));
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const { _generator, ...rest } = Object.fromEntries(Object.entries(value));
  const kept = Object.entries(rest).map(([key, inner]) => [key, plain(inner)] as const);
  return Object.fromEntries(
    kept.map(([key, inner]) =>
      key === 'apiVersion' && rest['type'] === 'Microsoft.Resources/deployments' ? [key, '2025-04-01'] : [key, inner],
    ),
  );
}
