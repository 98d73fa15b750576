import { rowGuid } from '../dice.ts';
import { after, milliText, TICKS_PER_MS } from '../moments.ts';
import { anyCountry, maskedFor, numberIn } from '../people.ts';
import { administrativeUnits, type RowPlan, unknownProperty } from './row.ts';

const CALL_TYPES = [
  'ByotIn',
  'ByotOut',
  'dr_in',
  'Dr_In',
  'dr_out',
  'dr_out_user_conf',
  'dr_out_user_forwarding',
  'dr_out_user_transfer',
  'dr_emergency_out',
  'dr_unassigned_in',
  'dr_in_bot',
  'dr_out_bot',
] as const;

const PLACES = ['USWE', 'USEA', 'EUNO', 'EUWE', ''] as const;
const FAILURES = [
  '"finalSipCode":487,"callEndSubReason":540487,"finalSipCodePhrase":"Request Terminated"',
  '"finalSipCode":486,"callEndSubReason":540486,"finalSipCodePhrase":"Busy Here"',
  '"finalSipCode":404,"callEndSubReason":560404,"finalSipCodePhrase":"Not Found"',
] as const;
const NORMAL = '"finalSipCode":0,"callEndSubReason":540000,"finalSipCodePhrase":"BYE"';
/** Caller ids that are no E.164 numbers. */
const NAMES = ['Internal Revenue Service', '+1001', 'anonymous', '+49***'] as const;
const ABSENT = '0001-01-01T00:00:00Z';

/** One row of getDirectRoutingCalls: 21 properties under v1.0, four more under beta. */
export function directRoutingRow(plan: RowPlan): string {
  const { dice, at } = plan;
  const person = plan.people.anyone(dice);
  const other = anyCountry(dice);
  const known = dice.pick(CALL_TYPES);
  const callType = plan.odd && dice.chance(0.3) ? 'dr_kind_not_in_any_list' : known;
  const good = dice.chance(0.85);
  const inbound = /in$|in_/i.test(callType);
  const ringing = dice.below(9_000);
  const talk = dice.below(900_000);
  // A failed call starts when it was invited: it was never connected.
  const invite = good ? after(at, -ringing * TICKS_PER_MS) : at;
  const failure = good ? ABSENT : milliText(after(at, ringing * TICKS_PER_MS));
  const end = good ? milliText(after(at, talk * TICKS_PER_MS)) : ABSENT;
  const duration = Math.floor((good ? ringing + talk : ringing) / 1_000);
  const e164 = maskedFor(person.tenantCountry, numberIn(other, dice));
  const outside = dice.chance(0.05) ? dice.pick(NAMES) : e164;
  const user = callType.endsWith('_bot')
    ? '"userId":null,"userPrincipalName":null,"userDisplayName":"Main line"'
    : person.fields;
  const leg = plan.index >>> 1;
  const correlation = rowGuid(plan.seed ^ 0x5bd1e995, 2, at.day, leg);

  let row =
    `{"id":"${rowGuid(plan.seed, 2, at.day, plan.index)}","correlationId":"${correlation}",${user}` +
    `,"startDateTime":"${milliText(at)}","inviteDateTime":"${milliText(invite)}"` +
    `,"failureDateTime":"${failure}","endDateTime":"${end}","duration":${duration},"callType":"${callType}"` +
    `,"successfulCall":${good},"callerNumber":"${inbound ? outside : person.number}"` +
    `,"calleeNumber":"${inbound ? person.number : outside}","mediaPathLocation":"${dice.pick(PLACES)}"` +
    `,"signalingLocation":"${dice.pick(PLACES)}",${good ? NORMAL : dice.pick(FAILURES)}` +
    `,"trunkFullyQualifiedDomainName":"sbc${1 + dice.below(3)}.contoso.example","mediaBypassEnabled":${dice.chance(0.5)}`;
  if (plan.api === 'beta') {
    row +=
      `,"otherPartyCountryCode":"${other.code}","userCountryCode":"${person.country.code}"` +
      `,"transferorCorrelationId":${dice.chance(0.1) ? `"${dice.guid()}"` : 'null'}${administrativeUnits(dice)}`;
  }
  return `${row}${unknownProperty(plan)}}`;
}
