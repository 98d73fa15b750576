import { derived, EXTRA, HEAD, id, int, money, personal, text, time, user } from './columns.ts';
import type { Table } from './table-model.ts';

function dialout(field: string): Readonly<Record<string, string>> {
  return { 'teams-dialout-usage': field };
}

function blocked(field: string): Readonly<Record<string, string>> {
  return { 'teams-blocked-users': field };
}

/** Dial-out from meetings: an aggregate of a day, so it stands on its own and is never added to calls. */
export const factDialoutUsage: Table = {
  name: 'fact_dialout_usage',
  grain: 'one organiser, usage location, destination context and currency, added up over the day',
  datasets: ['teams-dialout-usage'],
  key: { 'teams-dialout-usage': ['user_id', 'usage_location', 'destination_context', 'currency', 'day'] },
  keyFallback: ['usage_location', 'destination_context', 'currency', 'user_display_name', 'day'],
  columns: [
    ...HEAD,
    ...user(dialout),
    text('usage_location', dialout('usageLocation'), 'country of the organiser, ISO 3166-1 alpha-2'),
    text('destination_context', dialout('destinationContext'), 'Domestic or International'),
    text('currency', dialout('currency'), 'ISO 4217; never add amounts of two currencies'),
    int('total_calls', dialout('totalCalls'), 'calls dialled out of meetings of the organiser'),
    int('total_call_seconds', dialout('totalCallSeconds'), 'their seconds'),
    money('total_call_charge', dialout('totalCallCharge'), 'calls and connection fees, in `currency`'),
    EXTRA,
  ],
};

/** Users blocked from or released for calls. */
export const factBlockedUser: Table = {
  name: 'fact_blocked_user',
  grain: 'one action: a user was blocked, or released',
  datasets: ['teams-blocked-users'],
  // The class, since Teams is not of one mind about the case of the mode.
  key: { 'teams-blocked-users': ['remediation_id', 'block_class', 'blocked_at_text', 'user_id'] },
  // The mode, since there is always a class, and a row that says nothing is known by all of its cells.
  keyFallback: ['block_mode', 'blocked_at_text', 'user_id', 'block_reason'],
  columns: [
    ...HEAD,
    id('remediation_id', blocked('remediationId'), 'identifies the action; block and release share it'),
    ...time('blocked_at', blocked('blockDateTime'), 'when it happened'),
    text('block_mode', blocked('userBlockMode'), 'as Teams names it'),
    derived('block_class', 'text', 'block-class', 'blocked, unblocked, or unknown'),
    text('block_reason', blocked('blockReason'), 'why'),
    ...user(blocked),
    personal('user_telephone_number', 'own', blocked('userTelephoneNumber'), "the user's number"),
    EXTRA,
  ],
};
