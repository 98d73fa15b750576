import type { Dataset } from '../words/model.ts';

/** Text messages of a Voximplant account. Rows in status 3 change later; the text is there only if the account stores it. */
export const voximplantSms = {
  name: 'voximplant-sms',
  title: 'Voximplant SMS',
  source: 'voximplant',
  api: 'platform_api',
  call: 'GetSmsHistory',
  rowArray: 'result',
  key: ['message_id', 'direction'],
  eventTime: 'processed_date',
  overlap: 'second',
  pageSize: 1000,
  settleDays: 5,
  rereadHours: 24,
  lateCheckDays: 35,
  historyDays: 90,
  permission: 'one of the roles Owner, Admin, Developer, Supervisor, Accountant, CallsSMS',
  docsUrl: 'https://docs.voximplant.ai/api-reference/management-api/reference/sms/get-sms-history',
  fields: [
    'cost',
    'destination_number',
    'direction',
    'error_message',
    'fragments',
    'message_id',
    'processed_date',
    'source_number',
    'status_id',
    'text',
    'transaction_id',
  ],
} as const satisfies Dataset;
