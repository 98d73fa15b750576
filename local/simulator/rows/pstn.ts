import { rowGuid } from '../dice.ts';
import { after, fineText, TICKS_PER_SECOND } from '../moments.ts';
import { anyCountry, maskedFor, numberIn } from '../people.ts';
import { administrativeUnits, CHARGES, chargeOf, type RowPlan, unknownProperty } from './row.ts';

const CALL_TYPES = [
  'user_in',
  'user_in',
  'user_out',
  'user_out',
  'user_out_conf',
  'user_out_transfer',
  'user_out_forwarding',
  'conf_in',
  'conf_out',
  'unassigned_in',
  'ucap_in',
  'ucap_out',
] as const;

const CAPABILITIES = ['MCOPSTN1', 'MCOPSTN2', 'MCOPSTN5', 'MCOPSTNPP', 'MCOEV', 'MCOMEETADD', 'FREECALL'] as const;
const NO_USER = [
  '"userId":null,"userPrincipalName":"","userDisplayName":null',
  '"userId":null,"userPrincipalName":null,"userDisplayName":null',
  '"userId":"","userPrincipalName":"","userDisplayName":""',
] as const;

/** One row of getPstnCalls: 23 properties under v1.0, six more under beta. */
export function pstnRow(plan: RowPlan): string {
  const { dice } = plan;
  const person = plan.people.anyone(dice);
  const other = anyCountry(dice);
  const own = person.number;
  const known = dice.pick(CALL_TYPES);
  const callType = plan.odd && dice.chance(0.3) ? 'a_call_type_not_in_any_list' : known;
  const inbound = callType.endsWith('_in');
  const outside = maskedFor(person.tenantCountry, numberIn(other, dice));
  const seconds = dice.below(4) === 0 ? dice.below(7_200) : dice.below(300);
  const end = after(plan.at, seconds * TICKS_PER_SECOND + (dice.chance(0.5) ? 0 : dice.below(TICKS_PER_SECOND)));
  const charge = chargeOf(plan);
  const connection = dice.pick(CHARGES);
  const domestic = other.code === person.country.code;
  const context = dice.chance(0.3) ? 'null' : domestic ? '"Domestic"' : '"International"';
  const conference = callType.includes('conf') ? `"00${dice.below(1_000_000)}"` : 'null';
  const user = callType.startsWith('ucap_') ? dice.pick(NO_USER) : person.fields;
  const day = plan.at.day;
  const leg = plan.index >>> 1;
  const byOperator = dice.chance(0.2);

  let row =
    `{"id":"${rowGuid(plan.seed, 1, day, plan.index)}"` +
    `,"callId":"${day * 1_000 + (leg % 1_000)}_${leg}@192.0.2.${leg % 250}",${user}` +
    `,"startDateTime":"${fineText(plan.at)}","endDateTime":"${fineText(end)}","duration":${seconds}` +
    `,"charge":${charge},"callType":"${callType}","currency":"${person.country.currency}"` +
    `,"calleeNumber":"${inbound ? own : outside}","usageCountryCode":"${person.country.code}"` +
    `,"tenantCountryCode":"${person.tenantCountry.code}","connectionCharge":${connection}` +
    `,"callerNumber":"${inbound ? outside : own}","destinationContext":${context}` +
    `,"destinationName":"${other.name}","conferenceId":${conference}` +
    `,"licenseCapability":"${dice.pick(CAPABILITIES)}","inventoryType":"${dice.pick(['Subscriber', 'Service', 'Tollfree'])}"` +
    `,"operator":"${byOperator ? 'Contoso Carrier' : 'Microsoft'}"` +
    `,"callDurationSource":"${byOperator ? 'operator' : 'microsoft'}"`;
  if (plan.api === 'beta') {
    const low = dice.below(250);
    row +=
      `,"otherPartyCountryCode":"${other.code}","clientPublicIpV4Address":"198.51.100.${low}"` +
      `,"clientPublicIpV6Address":"2001:db8:5621:1::${low}","clientLocalIpV4Address":"10.20.30.${low}"` +
      `,"clientLocalIpV6Address":"fd00:db8::${low}"${administrativeUnits(dice)}`;
  }
  return `${row}${unknownProperty(plan)}}`;
}
