import { rowGuid } from '../dice.ts';
import { fineText } from '../moments.ts';
import { type RowPlan, unknownProperty } from './row.ts';

/** One row of getPstnBlockedUsersLog. Block and unblock share a remediationId, as in the published example. */
export function blockedUsersRow(plan: RowPlan): string {
  const { dice } = plan;
  const action = plan.index >>> 1;
  const person = plan.people.at(action % 200);
  const blocked = plan.index % 2 === 0;
  const shout = dice.chance(0.9);
  const mode = blocked ? (shout ? 'Blocked' : 'blocked') : shout ? 'Unblocked' : 'unknownFutureValue';
  const remediation = rowGuid(plan.seed ^ 0x165667b1, 5, plan.at.day, action);
  const number = plan.odd ? 'null' : `"${person.number}"`;
  return (
    `{${person.fields},"userTelephoneNumber":${number}` +
    `,"blockReason":"${dice.pick(['High Overall Usage', 'Tenant Requested'])}"` +
    `,"blockDateTime":"${fineText(plan.at)}","userBlockMode":"${mode}","remediationId":"${remediation}"` +
    `${unknownProperty(plan)}}`
  );
}
