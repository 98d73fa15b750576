import type { Checkpoint, DayEntry, Held, Work } from '../../shared/words/ledger.ts';
import type { Receipt } from '../../shared/words/model.ts';

/** Values with every property filled in, so that one that is forgotten on the way to storage and back is noticed. */

const HELD: Required<Held> = {
  revision: 3,
  rows: 48_211,
  bytes: 5_000_000_000,
  pages: 49,
  fingerprint: '48211-0123456789abcdef0123456789abcdef',
  landedAt: '2026-02-01T01:00:00.000Z',
  checkedAt: '2026-02-02T01:00:00.000Z',
  settledAt: '2026-02-03T01:00:00.000Z',
  rowsAdded: 12,
  rowsChanged: 3,
  rowsRemoved: 0,
  rowsOutside: 1,
  rowsNeighbour: 2,
  curatedRevision: 3,
  tableStamp: '1-masked',
  curateQueuedAt: '2026-02-03T01:05:00.000Z',
  curateTries: 2,
  seams: {
    at: '2026-02-02T01:00:00.000Z',
    before: { own: 'aaaaaaaaaaa'.repeat(100), lent: '*', kept: '' },
    after: { own: '', lent: 'bbbbbbbbbbbcccccccccc-', kept: 'ddddddddd_d' },
    far: [{ day: '2026-02-02', open: 3, kept: 1, revision: 2 }],
  },
  doubted: true,
  forgottenAt: '2026-02-04T01:00:00.000Z',
};

export const CHECKPOINT: Checkpoint = {
  cursor: 'https://graph.microsoft.com/v1.0/communications/callRecords?$skiptoken="a&b=é"',
  cursorAt: '2026-02-01T00:59:00.000Z',
  pages: 12,
  rows: 12_000,
  bytes: 3_000_000_000,
  digest: '12000-00000000000000000000000000000001',
  segments: [
    { ticket: 1, count: 7 },
    { ticket: 3, count: 5 },
  ],
  neighbours: 2,
  outside: 1,
  duplicates: 4,
  total: 48_211,
  seams: HELD.seams,
  compared: { with: HELD.fingerprint, met: 9, metSum: '00000000ffffffff', changed: 2, moved: 1, added: -1 },
  doubted: true,
  parts: 4,
  part: 3,
  totalBefore: 20,
  repeats: 1,
  partKeys: 7,
  recentKeys: Buffer.from(Array.from({ length: 8000 * 8 }, (_, at) => (at * 31) % 251)).toString('base64'),
};

export const WORK: Required<Work> = {
  state: 'failed',
  ticket: 7,
  queuedAt: '2026-02-04T00:00:00.000Z',
  heartbeat: '2026-02-04T00:01:00.000Z',
  retryAt: '2026-02-04T00:02:00.000Z',
  checkpoint: CHECKPOINT,
  failures: 2,
  failingSince: '2026-02-03T22:00:00.000Z',
  rereads: 1,
  contradicted: '39998-0123456789abcdef0123456789abcdef',
  takeovers: 3,
  seamReads: 2,
  suspicion: {
    reason: 'shrink.unconfirmed',
    rows: 40_000,
    fingerprint: '40000-ffffffffffffffffffffffffffffffff',
    since: '2026-02-04T00:00:30.000Z',
    vanished: 4,
    vanishedSum: '0123456789abcdef',
    added: 5,
    damaged: true,
  },
  askedAt: '2026-02-03T23:00:00.000Z',
  accepted: '40000-ffffffffffffffffffffffffffffffff',
  errorKind: 'source.throttled',
  errorRemedy: 'wait',
  errorMessage: 'Graph asked to wait. Größe ✓',
  requestId: '8f1c0f1e-5f0e-4f67-9d6a-3f6f0c9e7a11',
};

export const FULL_DAY: DayEntry = { dataset: 'teams-sms', day: '2026-01-31', held: HELD, work: WORK };

/** A day of which nothing is held yet. */
export function freshDay(dataset: string, day: string, ticket = 1): DayEntry {
  return { dataset, day, work: { state: 'queued', ticket, failures: 0, rereads: 0 } };
}

export function receipt(ticket: number, fingerprint: string, revision = 1): Receipt {
  return {
    format: 1,
    revision,
    rows: 2,
    pages: 1,
    fingerprint,
    windowFrom: '2026-01-31T00:00:00.0000000Z',
    windowTo: '2026-02-01T00:00:00.0000000Z',
    apiVersion: 'v1.0',
    fetchedAt: '2026-02-01T01:00:00.000Z',
    ticket,
    rowsOutside: 3,
    rowsNeighbour: 4,
  };
}
