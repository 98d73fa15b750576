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
    id('sms_id', sms('smsId'), 'identifier from Teams; not unique'),
    id('transaction_id', voximplant('transaction_id'), 'id of the transaction that billed the message'),
    text(
      'message_type',
      sms('smsType'),
      'type of the message as Teams names it: sms_in, sms_out; Teams adds new types without notice',
    ),
    text('direction_code', { 'voximplant-sms': 'direction' }, 'direction as Voximplant names it: IN, OUT'),
    derived('direction', 'text', 'message-direction', 'inbound, outbound, or unknown'),
    ...time(
      'sent_at',
      { ...sms('sentDateTime'), ...voximplant('processed_date', 'processing_date') },
      'when the message was sent or processed, null while it waits',
    ),
    personal(
      'source_number',
      'from',
      { ...sms('sourceNumber'), ...voximplant('source_number') },
      'number or name of the sender',
    ),
    personal(
      'destination_number',
      'to',
      { ...sms('destinationNumber'), ...voximplant('destination_number') },
      'number of the recipient',
    ),
    int(
      'units',
      { ...sms('smsUnits'), ...voximplant('fragments') },
      'number of single messages that the text was sent as',
    ),
    money(
      'charge',
      { ...sms('callCharge'), ...voximplant('cost') },
      'amount charged; a failed message may be charged too',
    ),
    text(
      'currency',
      sms('currency'),
      "ISO 4217; null for Voximplant, which charges in the account's currency and does not name it",
    ),
    text('status_code', voximplant('status_id'), 'status as Voximplant sends it: 1, 2, 3; see `dim_message_status`'),
    text(
      'delivery_status',
      { 'voximplant-a2p-sms': 'delivery_status' },
      'delivery status as Voximplant names it; see `dim_message_status`',
    ),
    derived('status_class', 'text', 'message-class', 'sent, delivered, pending, failed, or unknown'),
    personal(
      'error_message',
      'quote',
      voximplant('error_message'),
      'error message of Voximplant, if the message failed',
    ),
    personal('message_text', 'message', voximplant('text'), 'text of the message, if the Voximplant account stores it'),
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
