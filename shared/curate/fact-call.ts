import {
  calls,
  derived,
  directRouting,
  EXTRA,
  flag,
  HEAD,
  id,
  int,
  money,
  personal,
  pstn,
  text,
  time,
  user,
} from './columns.ts';
import type { Table } from './table-model.ts';

/** Calls over Calling Plans, Operator Connect and conferencing numbers, and legs of calls over Direct Routing. */
export const factCall: Table = {
  name: 'fact_call',
  grain: 'one call of `teams-pstn-calls`, or one leg of a call of `teams-direct-routing-calls`',
  datasets: ['teams-pstn-calls', 'teams-direct-routing-calls'],
  key: { 'teams-pstn-calls': ['source_id'], 'teams-direct-routing-calls': ['source_id'] },
  keyFallback: [
    'call_id',
    'correlation_id',
    'started_at_text',
    'call_type',
    'user_id',
    'caller_number',
    'callee_number',
  ],
  columns: [
    ...HEAD,
    derived('route', 'text', 'route', '`pstn` or `direct-routing`'),
    id('source_id', calls('id'), "the row's id, unique", { adminCenter: 'UsageId' }),
    personal('call_id', 'call-id', pstn('callId'), 'identifier of the call; not unique', { adminCenter: 'Call ID' }),
    id('correlation_id', directRouting('correlationId'), 'shared by the legs of a call; the id of its call record', {
      adminCenter: 'Correlation ID',
    }),
    id(
      'transferor_correlation_id',
      directRouting('transferorCorrelationId'),
      'correlation id of the call that was transferred (beta)',
    ),
    id('conference_id', pstn('conferenceId'), 'id of the audio conference, leading zeros kept', {
      adminCenter: 'Conference ID',
    }),
    text(
      'call_type',
      calls('callType'),
      'type of the call as the source names it; sources add new types without notice',
      {
        adminCenter: 'Call Type',
      },
    ),
    derived(
      'call_class',
      'text',
      'call-class',
      'inbound, outbound, conference, transfer, forwarding, emergency, unassigned, bot, or other; from `call_type`, see `dim_call_type`',
    ),
    derived('direction', 'text', 'call-direction', 'inbound, outbound, or unknown; from `call_type`'),
    ...user(calls),
    personal(
      'caller_number',
      'from',
      calls('callerNumber'),
      'number of the caller: E.164, an extension, a name, or a number with hidden digits',
      {
        adminCenter: 'Caller ID',
      },
    ),
    personal(
      'callee_number',
      'to',
      calls('calleeNumber'),
      'number that was called: E.164, an extension, a name, or a number with hidden digits',
      {
        adminCenter: 'Destination Number',
      },
    ),
    ...time('started_at', calls('startDateTime'), 'when the call started', { adminCenter: 'Start Time' }),
    ...time('invited_at', directRouting('inviteDateTime'), 'when the invitation was sent or received', {
      adminCenter: 'Invite time (UTC)',
    }),
    ...time('failed_at', directRouting('failureDateTime'), 'when the call failed; null if it did not fail', {
      adminCenter: 'Failure time (UTC)',
    }),
    ...time('ended_at', calls('endDateTime'), 'when the call ended', { adminCenter: 'End Time' }),
    int(
      'duration_seconds',
      calls('duration'),
      'duration in seconds as the source counts it: of the connection (`pstn`), or from the invitation to the end or failure (`direct-routing`)',
      { adminCenter: 'Duration Seconds' },
    ),
    flag('successful', directRouting('successfulCall'), 'whether the call succeeded', { adminCenter: 'Event type' }),
    money('charge', pstn('charge'), 'amount charged, in `currency`', { adminCenter: 'Charge' }),
    money('connection_charge', pstn('connectionCharge'), 'connection fee, in `currency`', {
      adminCenter: 'Connection Fee',
    }),
    text(
      'currency',
      pstn('currency'),
      'ISO 4217; never add amounts of two currencies. Null for `direct-routing`, which has no amounts',
      { adminCenter: 'Currency' },
    ),
    text('destination_context', pstn('destinationContext'), 'Domestic or International', {
      adminCenter: 'Domestic/International',
    }),
    text('destination_name', pstn('destinationName'), 'country or region dialled', {
      adminCenter: 'Destination Dialed',
    }),
    text('usage_country_code', pstn('usageCountryCode'), 'country of the user, ISO 3166-1 alpha-2', {
      adminCenter: 'User Location',
    }),
    text('user_country_code', directRouting('userCountryCode'), 'country of the user, ISO 3166-1 alpha-2 (beta)'),
    text('tenant_country_code', pstn('tenantCountryCode'), 'country of the organisation, ISO 3166-1 alpha-2'),
    text('other_party_country_code', calls('otherPartyCountryCode'), 'country of the other party (beta)'),
    text('license_capability', pstn('licenseCapability'), 'licence used, see `dim_license`', {
      adminCenter: 'Capability',
    }),
    text('inventory_type', pstn('inventoryType'), "type of the user's number, such as Subscriber", {
      adminCenter: 'Number Type',
    }),
    text('operator', pstn('operator'), 'telecommunications operator'),
    text('call_duration_source', pstn('callDurationSource'), 'who measured the duration: microsoft or operator'),
    int('final_sip_code', directRouting('finalSipCode'), 'SIP code the call ended with', {
      adminCenter: 'Final SIP code',
    }),
    text('final_sip_code_phrase', directRouting('finalSipCodePhrase'), 'description of the SIP code', {
      adminCenter: 'Final SIP phrase',
    }),
    int('call_end_sub_reason', directRouting('callEndSubReason'), "Microsoft's own reason code", {
      adminCenter: 'Final Microsoft subcode',
    }),
    id('trunk_fqdn', directRouting('trunkFullyQualifiedDomainName'), 'name of the session border controller', {
      adminCenter: 'SBC FQDN',
    }),
    text('media_path_location', directRouting('mediaPathLocation'), 'data centre that carried the media', {
      adminCenter: 'Azure region for Media',
    }),
    text('signaling_location', directRouting('signalingLocation'), 'data centre that carried the signalling', {
      adminCenter: 'Azure region for Signaling',
    }),
    flag('media_bypass_enabled', directRouting('mediaBypassEnabled'), 'whether the media bypassed Teams', {
      adminCenter: 'Media bypass',
    }),
    personal('client_local_ipv4', 'ip', pstn('clientLocalIpV4Address'), 'private address of the client (beta)'),
    personal('client_local_ipv6', 'ip', pstn('clientLocalIpV6Address'), 'private address of the client (beta)'),
    personal('client_public_ipv4', 'ip', pstn('clientPublicIpV4Address'), 'public address of the client (beta)'),
    personal('client_public_ipv6', 'ip', pstn('clientPublicIpV6Address'), 'public address of the client (beta)'),
    personal(
      'administrative_units_json',
      'words',
      calls('administrativeUnitInfos'),
      'administrative units, JSON as sent (beta)',
    ),
    EXTRA,
  ],
};
