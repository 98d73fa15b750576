import { rowGuid } from '../dice.ts';
import { after, fineText, TICKS_PER_DAY } from '../moments.ts';
import { anyCountry, maskedFor, numberIn } from '../people.ts';
import { administrativeUnits, chargeOf, type RowPlan, unknownProperty } from './row.ts';

/** Days by which the printed time of a few rows is earlier than the range they are found in, as in the published page. */
const STRAY_DAYS = 26;

/** One row of getSmsLog. Its `id` is documented, and absent from every published example. */
export function teamsSmsRow(plan: RowPlan): string {
  const { dice, at } = plan;
  const person = plan.people.anyone(dice);
  const other = anyCountry(dice);
  const inbound = dice.chance(0.5);
  const outside = maskedFor(person.tenantCountry, numberIn(other, dice));
  const stray = plan.odd && plan.inner && dice.chance(0.1);
  const sent = stray ? after(at, -STRAY_DAYS * TICKS_PER_DAY) : at;
  const smsType = plan.odd && dice.chance(0.2) ? 'sms_kind_not_in_any_list' : inbound ? 'sms_in' : 'sms_out';
  const charge = chargeOf(plan);
  const ids = plan.switches.smsIds;
  const withId = dice.chance(0.5) ? ids !== 'none' : ids === 'all';
  const id = withId ? `"id":"${rowGuid(plan.seed, 3, at.day, plan.index)}",` : '';
  const domestic = other.code === person.country.code;
  // Two rows share an smsId: it is not a key.
  const smsId = rowGuid(plan.seed ^ 0x27d4eb2f, 3, at.day, plan.index >>> 1);

  return (
    `{${id}"smsId":"${smsId}",${person.fields},"userCountryCode":"${person.country.code}"` +
    `,"tenantCountryCode":"${person.tenantCountry.code}","sourceNumber":"${inbound ? outside : person.number}"` +
    `,"destinationNumber":"${inbound ? person.number : outside}","sentDateTime":"${fineText(sent)}"` +
    `,"callCharge":${charge},"currency":"${person.country.currency}","smsType":"${smsType}"` +
    `,"destinationContext":"${domestic ? 'Domestic' : 'International'}","destinationName":"${other.name}"` +
    `,"otherPartyCountryCode":"${other.code}","licenseCapability":"MCOSMS1","smsUnits":${1 + dice.below(3)}` +
    `${administrativeUnits(dice)}${unknownProperty(plan)}}`
  );
}
