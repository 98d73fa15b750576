import type { Dataset } from '../words/model.ts';

/** Application-to-person messages of a Voximplant account: a history of its own, with its own field names. */
export const voximplantA2pSms = {
  name: 'voximplant-a2p-sms',
  title: 'Voximplant A2P SMS',
  source: 'voximplant',
  api: 'platform_api',
  call: 'A2PGetSmsHistory',
  rowArray: 'result',
  key: ['message_id'],
  eventTime: 'processing_date',
  overlap: 'second',
  pageSize: 1000,
  settleDays: 5,
  rereadHours: 24,
  lateCheckDays: 35,
  historyDays: 90,
  permission: 'one of the roles Owner, Admin, CallsSMS',
  docsUrl: 'https://docs.voximplant.ai/api-reference/management-api/reference/sms/a-2-p-get-sms-history',
  fields: [
    'cost',
    'delivery_status',
    'destination_number',
    'error_message',
    'fragments',
    'message_id',
    'processing_date',
    'source_number',
    'status_id',
    'text',
    'transaction_id',
  ],
} as const satisfies Dataset;
