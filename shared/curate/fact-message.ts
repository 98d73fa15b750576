import { derived, EXTRA, HEAD, id, int, money, personal, sms, text, time, user, voximplant } from './columns.ts';
import type { Table } from './table-model.ts';

/** Text messages: of Teams, and of a Voximplant account. */
export const factMessage: Table = {
  name: 'fact_message',
  grain: 'one message of `teams-sms`, `voximplant-sms` or `voximplant-a2p-sms`',
  datasets: ['teams-sms', 'voximplant-sms', 'voximplant-a2p-sms'],
  key: {
    'teams-sms': ['source_id'],
    'voximplant-sms': ['source_id', 'direction_code'],
    'voximplant-a2p-sms': ['source_id'],
  },
  keyFallback: ['sms_id', 'sent_at_text', 'source_number', 'destination_number', 'message_type'],
  columns: [
    ...HEAD,
    derived('channel', 'text', 'channel', '`teams`, `voximplant` or `voximplant-a2p`'),
    id('source_id', { ...sms('id'), ...voximplant('message_id') }, "the message's id; many Teams rows have none"),
    id('sms_id', sms('smsId'), 'identifier Teams gives; not unique'),
    id('transaction_id', voximplant('transaction_id'), 'the transaction it was billed with'),
    text('message_type', sms('smsType'), 'as Teams names it: sms_in, sms_out; new kinds appear without notice'),
    text('direction_code', { 'voximplant-sms': 'direction' }, 'as Voximplant names it: IN, OUT'),
    derived('direction', 'text', 'message-direction', 'inbound, outbound, or unknown'),
    ...time(
      'sent_at',
      { ...sms('sentDateTime'), ...voximplant('processed_date', 'processing_date') },
      'when it was sent or processed; null while it waits',
    ),
    personal(
      'source_number',
      'from',
      { ...sms('sourceNumber'), ...voximplant('source_number') },
      'who sent it; a number or a sender name',
    ),
    personal(
      'destination_number',
      'to',
      { ...sms('destinationNumber'), ...voximplant('destination_number') },
      'who gets it',
    ),
    int('units', { ...sms('smsUnits'), ...voximplant('fragments') }, 'messages it was sent in'),
    money('charge', { ...sms('callCharge'), ...voximplant('cost') }, 'amount charged; failed messages may cost too'),
    text(
      'currency',
      sms('currency'),
      "ISO 4217; null for Voximplant, which charges in the account's currency and does not name it",
    ),
    text('status_code', voximplant('status_id'), 'as Voximplant sends it: 1, 2, 3; see `dim_message_status`'),
    text(
      'delivery_status',
      { 'voximplant-a2p-sms': 'delivery_status' },
      'as Voximplant names it; see `dim_message_status`',
    ),
    derived('status_class', 'text', 'message-class', 'sent, delivered, pending, failed, or unknown'),
    personal('error_message', 'quote', voximplant('error_message'), 'why it failed, in the words of Voximplant'),
    personal('message_text', 'message', voximplant('text'), 'what was written, when the account stores it'),
    ...user(sms),
    text('user_country_code', sms('userCountryCode'), 'country of the user, ISO 3166-1 alpha-2'),
    text('tenant_country_code', sms('tenantCountryCode'), 'country of the organisation, ISO 3166-1 alpha-2'),
    text('other_party_country_code', sms('otherPartyCountryCode'), 'country of the other party, ISO 3166-1 alpha-2'),
    text('destination_context', sms('destinationContext'), 'Domestic or International'),
    text('destination_name', sms('destinationName'), 'country or region of the destination'),
    text('license_capability', sms('licenseCapability'), 'licence used, see `dim_license`'),
    personal(
      'administrative_units_json',
      'words',
      sms('administrativeUnitInfos'),
      'administrative units, JSON as sent',
    ),
    EXTRA,
  ],
};
