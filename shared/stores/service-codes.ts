import type { Remedy } from '../words/errors.ts';
import type { ReasonCode } from '../words/model.ts';
import { STORAGE_ROLES, type StorageService } from '../words/storage-names.ts';

/**
 * What the service codes of Azure Storage mean for us, and what to do. Codes and statuses:
 * learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes, and those of blobs, queues and tables. Pure.
 */

/** How a request was signed in: with an account key, a shared access signature, a token, or at the emulator. */
export type CredentialKind = 'key' | 'sas' | 'token' | 'emulator';

/** What is known of a call that failed. */
export interface Evidence {
  /** Of the error's class. */
  readonly name: string;
  readonly status: number | undefined;
  /** Of the service, or of the connection. */
  readonly code: string | undefined;
  readonly credential: CredentialKind;
  readonly service: StorageService;
  /** The service version that was spoken, when the refusal is about it. */
  readonly version: string | undefined;
  /** Whether our own limit ended the call. */
  readonly timedOut: boolean;
}

export interface Rule {
  readonly reason: ReasonCode;
  readonly remedy: Remedy;
  /** The next step, in words. */
  readonly next: (evidence: Evidence) => string;
}

/** A refusal that waiting cannot mend: a person has to. */
function refused(next: string): Rule {
  return { reason: 'storage.refused', remedy: 'fix-config', next: () => next };
}

function forbidden(next: Rule['next']): Rule {
  return { reason: 'storage.forbidden', remedy: 'fix-config', next };
}

function failing(next: string): Rule {
  return { reason: 'storage.failing', remedy: 'retry', next: () => next };
}

const OTHER = failing('It will be tried again; if it lasts, check the health of the storage account.');
const TOO_LARGE: Rule = {
  reason: 'storage.refused',
  remedy: 'reject',
  next: () => 'It is more than the service takes, which our own limits should have prevented: report it as a bug.',
};
const MISSING: Rule = {
  reason: 'storage.refused',
  remedy: 'fix-config',
  next: ({ service }) =>
    `It does not exist: deploy the infrastructure (docs/deploy.md), or correct the storage settings.${service === 'table' ? ' A ledger that was lost is written anew by `landline rebuild`.' : ''}`,
};
const FULL: Rule = {
  reason: 'storage.full',
  remedy: 'fix-config',
  next: () => 'The storage account is at its limit: raise it or remove data, then retry the day.',
};
const MAY_NOT = forbidden(({ credential, service }) => {
  switch (credential) {
    case 'token':
      return `Grant the app's identity the role ${STORAGE_ROLES[service]} there and let its network reach the account. A new grant can take minutes to be seen.`;
    case 'sas':
      return 'The shared access signature does not allow it: make one that may read, write, create and list there, and whose permitted addresses include this machine.';
    case 'key':
      return 'The account key is accepted, and this is not allowed: let this machine through the network rules of the account.';
    case 'emulator':
      return 'The emulator refuses it: check the account name and key of the connection string.';
  }
});
const NOT_SIGNED_IN = forbidden(({ credential }) => {
  switch (credential) {
    case 'token':
      return "The account did not accept the token: check this machine's clock, and that the identity is of the tenant of the account. It needs no key.";
    case 'sas':
      return 'The shared access signature was not accepted: it has run out, begins later, or was made with a key that was renewed since. Make a new one.';
    case 'key':
      return "The account did not accept the request's signature: check the machine's clock and the account key.";
    case 'emulator':
      return 'The emulator did not accept the signature: use its own published key (UseDevelopmentStorage=true).';
  }
});
/** A token that has run out while it was on its way: the next call gets another. */
const TOKEN_REFUSED: Rule = {
  reason: 'auth.unavailable',
  remedy: 'retry',
  next: () =>
    "The account did not accept the sign-in: it is tried again with a new token. If it lasts, check this machine's clock and the tenant of the identity.",
};
const UNKNOWN_VERSION: Rule = {
  reason: 'storage.refused',
  remedy: 'fix-config',
  next: ({ version }) =>
    `The account does not know the service version ${version ?? 'of this build'}: set LANDLINE_STORAGE_VERSION to one that it knows, such as 2024-11-04.`,
};
const LEASED = refused('Somebody holds a lease on the blob: find out who, break the lease, then retry the day.');
const KEY_VAULT = refused(
  'The key that encrypts the account cannot be used: restore the key in Key Vault, and the permission of the account to use it.',
);
const IMMUTABLE = refused(
  'A retention policy or a legal hold forbids replacing or deleting it: take the container out of the policy, then retry the day.',
);

/** Codes decide before statuses do. */
const BY_CODE: Readonly<Record<string, Rule>> = {
  ContainerNotFound: MISSING,
  TableNotFound: MISSING,
  QueueNotFound: MISSING,
  ContainerDisabled: refused('Somebody has disabled the container: enable it.'),
  QueueDisabled: refused('Somebody has disabled the queue: enable it.'),
  ContainerBeingDeleted: failing('It is being deleted; when that is done, deploy the infrastructure (docs/deploy.md).'),
  QueueBeingDeleted: failing('It is being deleted; when that is done, deploy the infrastructure (docs/deploy.md).'),
  TableBeingDeleted: failing('It is being deleted; when that is done, deploy the infrastructure (docs/deploy.md).'),
  RequestBodyTooLarge: TOO_LARGE,
  PropertyValueTooLarge: TOO_LARGE,
  EntityTooLarge: TOO_LARGE,
  MessageTooLarge: TOO_LARGE,
  BlockListTooLong: TOO_LARGE,
  BlockCountExceedsLimit: refused(
    'The blob has as many uncommitted blocks as a blob can have: Azure deletes them after a week. Delete them now (docs/operations.md, "Uncommitted blocks"), then retry the day.',
  ),
  InvalidBlobOrBlock: refused(
    'Another program, such as an upload by hand that broke off, has left uncommitted blocks under that name, with ids of another length. Delete them (docs/operations.md, "Uncommitted blocks"), then retry the day.',
  ),
  InvalidBlobType: refused(
    'A blob of another type (page or append) has taken that name: move it out of the container, then retry the day.',
  ),
  BlobImmutableDueToPolicy: IMMUTABLE,
  BlobImmutableDueToLegalHold: IMMUTABLE,
  ContainerImmutableDueToPolicy: IMMUTABLE,
  BlobArchived: refused(
    'It is in the archive tier: bring it back to Hot or Cool, and take raw and history out of the rule that archives them.',
  ),
  BlobBeingRehydrated: failing('It is on its way out of the archive tier, which takes up to 15 hours.'),
  SnapshotsPresent: refused('It has snapshots: delete them first.'),
  LeaseIdMissing: LEASED,
  LeaseIdMismatchWithBlobOperation: LEASED,
  LeaseLost: LEASED,
  AccountIsDisabled: refused(
    'The storage account is disabled: its subscription has ended, or somebody has switched it off.',
  ),
  AccountBeingCreated: failing('The account is being made.'),
  AccountLimitExceeded: FULL,
  KeyBasedAuthenticationNotPermitted: forbidden(
    () =>
      'Keys are switched off on the account: use an address and an identity instead of a connection string (docs/deploy.md), or allow keys.',
  ),
  AuthorizationPermissionMismatch: MAY_NOT,
  AuthorizationFailure: MAY_NOT,
  InsufficientAccountPermissions: MAY_NOT,
  PublicAccessNotPermitted: NOT_SIGNED_IN,
  NoAuthenticationInformation: NOT_SIGNED_IN,
  AuthorizationProtocolMismatch: forbidden(() => 'The account takes https only: correct the address in the settings.'),
  AccountRequiresHttps: forbidden(() => 'The account takes https only: correct the address in the settings.'),
  InvalidResourceName: refused('The service does not take that name: correct the storage settings.'),
  KeyVaultEncryptionKeyNotFound: KEY_VAULT,
  KeyVaultAccessTokenCannotBeAcquired: KEY_VAULT,
  KeyVaultVaultNotFound: KEY_VAULT,
  KeyVaultKeyNotFound: KEY_VAULT,
  CannotVerifyCopySource: OTHER,
  // The connection never came to be.
  ENOTFOUND: failing(
    'The name of the account was not found: check the storage settings, and the DNS of the network (private endpoints need their zone).',
  ),
  EAI_AGAIN: failing(
    'The name of the account could not be looked up just now: check the DNS of the network if it lasts.',
  ),
  ECONNREFUSED: failing(
    'Nothing listens at that address: check the storage settings, and what lies between the app and the account.',
  ),
};

const CERTIFICATE: Rule = {
  reason: 'storage.refused',
  remedy: 'fix-config',
  next: () =>
    'The certificate is not one of the storage account; nothing was sent. Check the address, and whether a proxy breaks TLS: find out who answers.',
};

/** Node's codes of certificates that are not believed. */
const CERTIFICATE_CODES =
  /^(ERR_TLS_CERT_ALTNAME_INVALID|CERT_\w+|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)_\w+)$/;

/** `@azure/identity` throws these before any request to storage was made. */
const CREDENTIAL_ERRORS = /^(CredentialUnavailable|AggregateAuthentication|Authentication(Required)?)Error$/;
const NO_TOKEN: Rule = {
  reason: 'auth.unavailable',
  remedy: 'retry',
  next: () => 'The sign-in to the storage account failed: if it lasts, check the managed identity and its settings.',
};

/** Of the 4xx, these pass by themselves: too slow, too often, a conflict with somebody who is at it just now. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 412, 429]);

/** What to do about a failed call: by its code, else by the class of its status. */
export function ruleFor(evidence: Evidence): Rule {
  const { name, status, code = '', credential, version } = evidence;
  if (CREDENTIAL_ERRORS.test(name)) return NO_TOKEN;
  if (CERTIFICATE_CODES.test(code)) return CERTIFICATE;
  if (version !== undefined) return UNKNOWN_VERSION;
  // No list of the services' quota answers is complete, so any code that speaks of one counts.
  if (code.includes('Quota')) return FULL;
  if (code === 'AuthenticationFailed' || code === 'InvalidAuthenticationInfo' || status === 401)
    return credential === 'token' ? TOKEN_REFUSED : NOT_SIGNED_IN;
  const byCode = BY_CODE[code];
  if (byCode !== undefined) return byCode;
  if (code.startsWith('KeyVault')) return KEY_VAULT;
  if (/Immutab|LegalHold/.test(code)) return IMMUTABLE;
  if (status === 403) return MAY_NOT;
  if (status === 413) return TOO_LARGE;
  if (status === 507) return FULL;
  if (status !== undefined && status >= 400 && status < 500 && !PASSING.has(status))
    return refused(
      'Storage refuses this for good: look the code up at learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes; when you have fixed the cause, retry the day.',
    );
  return OTHER;
}

/** The part of a message that says what happened. */
export function causeOf({ name, status, code, timedOut }: Evidence): string {
  if (timedOut) return 'no answer in time';
  // Without our own limit it is the SDK's word for a connection that was reset in mid-answer.
  if (name === 'AbortError') return 'the connection broke off';
  return [status, code].filter(part => part !== undefined).join(' ') || name;
}
