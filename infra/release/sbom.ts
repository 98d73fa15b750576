import { z } from 'zod';

/** The list of packages that goes with a release, made from what `npm sbom` says of the lockfile. Pure. */

const bom = z.looseObject({
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string(), version: z.string() }) }),
  components: z.array(z.looseObject({ 'bom-ref': z.string(), scope: z.string() })),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

interface Subject {
  readonly name: string;
  /** SHA-256 of the package, in hexadecimal. */
  readonly digest: string;
  /** When its commit was made, in ISO 8601; absent where git cannot tell. */
  readonly committedAt?: string;
}

/**
 * CycloneDX, without what differs from one run or machine to the next: the folder's name, the time and a random number.
 *
 * @param npm what `npm sbom --package-lock-only --sbom-format=cyclonedx` printed. `--omit=dev` must not be given: it
 *   leaves out packages of production that something for development needs as well
 */
export function sbomOf(npm: string, { name, digest, committedAt }: Subject): string {
  const { metadata, components, dependencies, ...rest } = bom.parse(JSON.parse(npm));
  const { timestamp, lifecycles, ...about } = metadata;
  // The package of this name in npm's registry is another one.
  const { purl, ...component } = metadata.component;
  const required = components.filter(({ scope }) => scope === 'required').sort(byReference);
  const kept = new Set([component['bom-ref'], ...required.map(each => each['bom-ref'])]);
  return `${JSON.stringify(
    {
      ...rest,
      serialNumber: `urn:uuid:${uuidOf(digest)}`,
      metadata: {
        ...(committedAt === undefined ? {} : { timestamp: new Date(committedAt).toISOString() }),
        lifecycles,
        ...about,
        component: { ...component, type: 'application', name, hashes: [{ alg: 'SHA-256', content: digest }] },
      },
      components: required,
      dependencies: dependencies
        .filter(({ ref }) => kept.has(ref))
        .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(each => kept.has(each)).sort() }))
        .sort((a, b) => (a.ref < b.ref ? -1 : 1)),
    },
    null,
    2,
  )}\n`;
}

function byReference(a: { 'bom-ref': string }, b: { 'bom-ref': string }): number {
  return a['bom-ref'] < b['bom-ref'] ? -1 : 1;
}

/** A UUID of version 8 (RFC 9562): bits of one's own, here those of the digest. */
function uuidOf(digest: string): string {
  const [, a, b, c, d, e] = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})/.exec(digest) ?? [];
  return `${a}-${b}-8${c}-8${d}-${e}`;
}
