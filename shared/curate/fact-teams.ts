import { derived, EXTRA, fieldIn, HEAD, id, int, money, personal, text, time, user } from './columns.ts';
import type { Table } from './table-model.ts';

const dialout = fieldIn('teams-dialout-usage');
const blocked = fieldIn('teams-blocked-users');

/** Dial-out from meetings: an aggregate of a day, so it stands on its own and is never added to calls. */
export const factDialoutUsage: Table = {
  name: 'fact_dialout_usage',
  grain: 'the totals of one day for one organiser, usage location, destination context and currency',
  datasets: ['teams-dialout-usage'],
  key: { 'teams-dialout-usage': ['user_id', 'usage_location', 'destination_context', 'currency', 'day'] },
  keyFallback: ['usage_location', 'destination_context', 'currency', 'user_display_name', 'day'],
  columns: [
    ...HEAD,
    ...user(dialout),
    text('usage_location', dialout('usageLocation'), 'country of the organiser, ISO 3166-1 alpha-2'),
    text('destination_context', dialout('destinationContext'), 'Domestic or International'),
    text('currency', dialout('currency'), 'ISO 4217; never add amounts of two currencies'),
    int('total_calls', dialout('totalCalls'), "calls dialled out from the organiser's meetings"),
    int('total_call_seconds', dialout('totalCallSeconds'), 'duration of these calls in seconds'),
    money('total_call_charge', dialout('totalCallCharge'), 'charges and connection fees of these calls, in `currency`'),
    EXTRA,
  ],
};

/** Users blocked from or released for calls. */
export const factBlockedUser: Table = {
  name: 'fact_blocked_user',
  grain: 'one action that blocked or unblocked a user',
  datasets: ['teams-blocked-users'],
  // The class, since Teams is not of one mind about the case of the mode.
  key: { 'teams-blocked-users': ['remediation_id', 'block_class', 'blocked_at_text', 'user_id'] },
  // The mode, since there is always a class, and a row that says nothing is known by all of its cells.
  keyFallback: ['block_mode', 'blocked_at_text', 'user_id', 'block_reason'],
  columns: [
    ...HEAD,
    id(
      'remediation_id',
      blocked('remediationId'),
      'id of the block; the action that unblocks the user has the same id',
    ),
    ...time('blocked_at', blocked('blockDateTime'), 'when the user was blocked or unblocked'),
    text('block_mode', blocked('userBlockMode'), 'mode of the block as Teams names it'),
    derived('block_class', 'text', 'block-class', 'blocked, unblocked, or unknown'),
    text('block_reason', blocked('blockReason'), 'reason of the action'),
    ...user(blocked),
    personal('user_telephone_number', 'own', blocked('userTelephoneNumber'), 'telephone number of the user'),
    EXTRA,
  ],
};
