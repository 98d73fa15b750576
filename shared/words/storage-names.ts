/** The names of queues and of the table in the app's storage, and of the roles there; those of blobs are in paths.ts. */

export const FETCH_QUEUE = 'landline-fetch';
export const POISON_QUEUE = `${FETCH_QUEUE}-poison`;
export const CURATE_QUEUE = 'landline-curate';
export const CURATE_POISON_QUEUE = `${CURATE_QUEUE}-poison`;
export const QUEUES = [FETCH_QUEUE, POISON_QUEUE, CURATE_QUEUE, CURATE_POISON_QUEUE] as const;
export const LEDGER_TABLE = 'landline';

/** What the app's identity must have been granted in each service. */
export const STORAGE_ROLES = {
  blob: 'Storage Blob Data Contributor',
  table: 'Storage Table Data Contributor',
  queue: 'Storage Queue Data Contributor',
} as const;
export type StorageService = keyof typeof STORAGE_ROLES;
