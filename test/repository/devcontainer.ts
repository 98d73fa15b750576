import { z } from 'zod';

/**
 * The published schema of `devcontainer.json` (github.com/devcontainers/spec, `devContainer.base.schema.json`), for a
 * container that is made of an image. An editor ignores a key that it does not know, and what it was to do is then not
 * there.
 */

/** In a shell, without one, or several beside each other. */
const command = z
  .union([z.string(), z.array(z.string()), z.record(z.string(), z.union([z.string(), z.array(z.string())]))])
  .optional();

const port = z.strictObject({
  label: z.string().optional(),
  onAutoForward: z.enum(['notify', 'openBrowser', 'openBrowserOnce', 'openPreview', 'silent', 'ignore']).optional(),
  elevateIfNeeded: z.boolean().optional(),
  requireLocalPort: z.boolean().optional(),
  protocol: z.enum(['http', 'https']).optional(),
});
const size = z.string().regex(/^\d+([tgmk]b)?$/);

/** The features that may be used, by name and major version, with the options that each of them has. */
const features = z.strictObject({
  'ghcr.io/devcontainers/features/dotnet:2': z
    .strictObject({
      version: z
        .string()
        .regex(/^(latest|lts|none|\d+\.\d+(\.\d+|-preview|-daily)?)$/)
        .optional(),
      additionalVersions: z.string().optional(),
      dotnetRuntimeVersions: z.string().optional(),
      aspNetCoreRuntimeVersions: z.string().optional(),
      workloads: z.string().optional(),
    })
    .optional(),
});

export const devContainer = z.strictObject({
  $schema: z.url().optional(),
  name: z.string().optional(),
  /** The variants that are published of this image: Node's version, and Debian's. */
  image: z
    .string()
    .regex(/^mcr\.microsoft\.com\/devcontainers\/typescript-node:(20|22|24)-(bullseye|bookworm|trixie)$/),
  features: features.optional(),
  forwardPorts: z.array(z.union([z.int().min(0).max(65_535), z.string().regex(/^[a-z0-9-]+:\d{1,5}$/)])).optional(),
  portsAttributes: z.record(z.string(), port).optional(),
  containerEnv: z.record(z.string(), z.string()).optional(),
  containerUser: z.string().optional(),
  remoteEnv: z.record(z.string(), z.string().nullable()).optional(),
  remoteUser: z.string().optional(),
  updateRemoteUserUID: z.boolean().optional(),
  init: z.boolean().optional(),
  initializeCommand: command,
  onCreateCommand: command,
  updateContentCommand: command,
  postCreateCommand: command,
  postStartCommand: command,
  postAttachCommand: command,
  hostRequirements: z
    .strictObject({ cpus: z.int().min(1).optional(), memory: size.optional(), storage: size.optional() })
    .optional(),
  customizations: z.record(z.string(), z.looseObject({})).optional(),
});
