import { voximplantError } from '../voximplant-errors.ts';
import type { Fault, Recovery } from './fault.ts';

function errorFault(code: number, meaning: string, recovery: Recovery): Fault {
  return {
    meaning: `error ${code} in a 200: ${meaning}`,
    recovery,
    passing: recovery === 'retry',
    source: 'voximplant',
    instead: ({ switches }) => voximplantError(code, { ...switches, voximplantErrors: '200' }),
  };
}

const REREAD = { recovery: 'reread', passing: true, source: 'voximplant' } as const;
const RETRY = { recovery: 'retry', passing: true, source: 'voximplant' } as const;

/** Faults that only the Management API knows. */
export const VOXIMPLANT_FAULTS = {
  'error-fatal': errorFault(1, 'fatal', 'retry'),
  'error-internal': errorFault(2, 'internal', 'retry'),
  'error-database': errorFault(4, 'database', 'retry'),
  'error-configuration': errorFault(13, 'configuration table', 'retry'),
  'error-rate-limit': errorFault(340, 'too many requests', 'retry'),
  'error-token-expired': errorFault(456, 'the token has expired', 'retry'),
  'error-token-future': errorFault(455, 'the token was issued in the future', 'retry'),
  'error-authorization': errorFault(100, 'role, key or clock', 'refuse'),
  'error-forbidden-command': errorFault(104, 'the role lacks this command', 'refuse'),
  'error-key': errorFault(433, 'the key is not known', 'refuse'),
  'error-date-range': errorFault(569, 'the range is too long', 'refuse'),
  'error-unknown': errorFault(99_999, 'a code nobody has documented', 'refuse'),
  'error-401': {
    meaning: 'error 456 with status 401 and without the list of errors',
    ...RETRY,
    instead: ({ switches }) => voximplantError(456, { ...switches, voximplantErrors: '4xx' }),
  },
  'total-count-missing': {
    meaning: 'no total_count',
    ...RETRY,
    page: page => {
      page.count = undefined;
    },
  },
  'total-count-text': {
    meaning: 'total_count is a text',
    ...RETRY,
    page: page => {
      page.count = `"${page.count}"`;
    },
  },
  'total-count-too-large': {
    meaning: 'total_count is 5 more than can be paged',
    ...REREAD,
    page: (page, occasion) => {
      page.count = String(occasion.total + 5);
    },
  },
  'total-count-too-small': {
    meaning: 'total_count is one less than there are',
    ...REREAD,
    page: (page, occasion) => {
      page.count = String(Math.max(0, occasion.total - 1));
    },
  },
  'page-empty-before-end': {
    meaning: 'a page without rows although total_count says there are more',
    ...REREAD,
    page: page => {
      page.rows = [];
    },
  },
  'id-twice': {
    meaning: 'two different rows have one id, and total_count counts both',
    ...REREAD,
    page: (page, { note }) => {
      const [first, second, ...others] = page.rows;
      if (first === undefined || second === undefined) return;
      const keyOf = (field: string): string => new RegExp(`"${field}":(?:"[^"]*"|\\d+)`).exec(first)?.[0] ?? '';
      const same = second.replace(/"message_id":(?:"[^"]*"|\d+)/, keyOf('message_id'));
      const changed = same.replace(/"direction":"[^"]*"/, keyOf('direction'));
      note(changed);
      page.rows = [first, changed, ...others];
    },
  },
  'csv-answer': {
    meaning: 'a CSV file instead of JSON',
    ...RETRY,
    instead: () => ({
      status: 200,
      headers: { 'content-type': 'text/csv' },
      body: Buffer.from('message_id,status_id\r\n901234567,1\r\n'),
    }),
  },
} as const satisfies Record<string, Fault>;
