/**
 * Classes of the values that sources leave open. A value that nobody has described is `other` or `unknown`, never an
 * error: sources add kinds without notice. Case does not matter; sources differ in it.
 */

export type Direction = 'inbound' | 'outbound' | 'unknown';

export interface CallKind {
  readonly callType: string;
  readonly direction: Direction;
  readonly callClass: string;
  readonly meaning: string;
}

function kind(callType: string, direction: Direction, callClass: string, meaning: string): CallKind {
  return { callType, direction, callClass, meaning };
}

/** Every call type a provider has described. */
export const CALL_KINDS: readonly CallKind[] = [
  kind('user_in', 'inbound', 'inbound', 'a user received a call'),
  kind('user_out', 'outbound', 'outbound', 'a user placed a call'),
  kind('user_out_conf', 'outbound', 'conference', 'a user added a number to a call'),
  kind('user_out_transfer', 'outbound', 'transfer', 'a user transferred a call to a number'),
  kind('user_out_forwarding', 'outbound', 'forwarding', 'a user forwarded a call to a number'),
  kind('conf_in', 'inbound', 'conference', 'a call to the conference bridge; the user is the organiser'),
  kind('conf_out', 'outbound', 'conference', 'a call from the conference bridge; the user is the organiser'),
  kind('unassigned_in', 'inbound', 'unassigned', 'a call to a number nobody has'),
  kind('ucap_in', 'inbound', 'bot', 'a call to an auto attendant or call queue'),
  kind('ucap_out', 'outbound', 'bot', 'a call from an auto attendant or call queue'),
  kind('dr_in', 'inbound', 'inbound', 'a user received a call over Direct Routing'),
  kind('dr_out', 'outbound', 'outbound', 'a user placed a call over Direct Routing'),
  kind(
    'ByotIn',
    'inbound',
    'inbound',
    'a user received a call over Direct Routing (spelling of the published example)',
  ),
  kind('ByotOut', 'outbound', 'outbound', 'a user placed a call over Direct Routing (same spelling)'),
  kind('dr_out_user_conf', 'outbound', 'conference', 'a user added a number to a call over Direct Routing'),
  kind('dr_out_user_forwarding', 'outbound', 'forwarding', 'a user forwarded a call over Direct Routing'),
  kind('dr_out_user_transfer', 'outbound', 'transfer', 'a user transferred a call over Direct Routing'),
  kind('dr_emergency_out', 'outbound', 'emergency', 'an emergency call over Direct Routing'),
  kind('dr_unassigned_in', 'inbound', 'unassigned', 'a call over Direct Routing to a number nobody has'),
  kind('dr_in_bot', 'inbound', 'bot', 'a call over Direct Routing to an auto attendant or call queue'),
  kind('dr_out_bot', 'outbound', 'bot', 'a call over Direct Routing from an auto attendant or call queue'),
  kind('dr_in_ucap', 'inbound', 'bot', 'the earlier name of dr_in_bot'),
  kind('dr_out_ucap', 'outbound', 'bot', 'the earlier name of dr_out_bot'),
];

const BY_CALL_TYPE = new Map(CALL_KINDS.map(each => [each.callType.toLowerCase(), each]));

export function callClassOf(callType: string | null): string {
  return BY_CALL_TYPE.get(callType?.toLowerCase() ?? '')?.callClass ?? 'other';
}

export function callDirectionOf(callType: string | null): Direction {
  return BY_CALL_TYPE.get(callType?.toLowerCase() ?? '')?.direction ?? 'unknown';
}

const BY_MESSAGE_TYPE: Readonly<Record<string, Direction>> = {
  'teams sms_in': 'inbound',
  'teams sms_out': 'outbound',
  'voximplant in': 'inbound',
  'voximplant out': 'outbound',
};

/** @param named Teams' message type or Voximplant's direction; A2P messages have neither and are all outbound */
export function messageDirectionOf(channel: string, named: string | null): Direction {
  if (channel === 'voximplant-a2p') return 'outbound';
  return BY_MESSAGE_TYPE[`${channel} ${named?.toLowerCase()}`] ?? 'unknown';
}

export interface MessageStatus {
  /** The column that holds the code: `status_code` or `delivery_status`. */
  readonly column: string;
  readonly code: string;
  readonly statusClass: string;
  readonly meaning: string;
}

function status(column: string, code: string, statusClass: string, meaning: string): MessageStatus {
  return { column, code, statusClass, meaning };
}

export const MESSAGE_STATUSES: readonly MessageStatus[] = [
  status('status_code', '1', 'sent', 'success'),
  status('status_code', '2', 'failed', 'error'),
  status('status_code', '3', 'pending', 'waiting; the row changes later'),
  status('delivery_status', 'QUEUED', 'pending', 'waits to be sent'),
  status('delivery_status', 'DISPATCHED', 'sent', 'given to the operator'),
  status('delivery_status', 'ABORTED', 'failed', 'stopped before it was sent'),
  status('delivery_status', 'REJECTED', 'failed', 'refused by the operator'),
  status('delivery_status', 'DELIVERED', 'delivered', 'arrived'),
  status('delivery_status', 'FAILED', 'failed', 'not delivered'),
  status('delivery_status', 'EXPIRED', 'failed', 'not delivered in time'),
  status('delivery_status', 'UNKNOWN', 'unknown', 'the operator does not say'),
];

const BY_STATUS = new Map(MESSAGE_STATUSES.map(each => [`${each.column} ${each.code}`, each.statusClass]));

/** What was delivered says more than what was sent. Teams lists only messages that were sent. */
export function messageClassOf(channel: string, code: string | null, delivery: string | null): string {
  if (channel === 'teams') return 'sent';
  const named = delivery === null ? undefined : BY_STATUS.get(`delivery_status ${delivery.toUpperCase()}`);
  if (named !== undefined && named !== 'unknown') return named;
  return BY_STATUS.get(`status_code ${code}`) ?? 'unknown';
}

export function blockClassOf(mode: string | null): string {
  const lower = mode?.toLowerCase();
  return lower === 'blocked' || lower === 'unblocked' ? lower : 'unknown';
}
