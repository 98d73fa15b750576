import { z } from 'zod';

/** The template that goes with a release. Pure. */

const parameter = z.looseObject({ type: z.literal('string'), defaultValue: z.literal('') });
const template = z.looseObject({
  parameters: z.looseObject({ packageUrl: parameter, packageDigest: parameter }),
});

interface Package {
  readonly url: string;
  /** SHA-256, in hexadecimal. */
  readonly digest: string;
}

/**
 * infra/main.json with the package of the release as its default, so that the portal asks nobody for it.
 *
 * @throws when the template does not take a package by its address
 */
export function templateOf(compiled: string, { url, digest }: Package): string {
  const { parameters, ...rest } = template.parse(JSON.parse(compiled));
  const filled = {
    ...parameters,
    packageUrl: { ...parameters.packageUrl, defaultValue: url },
    packageDigest: { ...parameters.packageDigest, defaultValue: digest },
  };
  return `${JSON.stringify({ ...rest, parameters: filled }, null, 2)}\n`;
}
