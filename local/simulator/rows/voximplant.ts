import type { Dice } from '../dice.ts';
import { secondText } from '../moments.ts';
import { type RowPlan, unknownProperty } from './row.ts';

/** Above this, a double holds only every other whole number. */
const PAST_DOUBLES = 9_007_199_254_740_992n;
const COSTS = ['0.0500', '0.0500', '0.01', '0', '4.3437', '0.1000'] as const;
const TEXTS = ['Hello', 'Ваш код: 1234', '验证码 👍', 'two\\nlines', '<b>bold<\\/b>', 'a \\"quoted\\" text'] as const;
const DELIVERIES = [
  'DELIVERED',
  'DELIVERED',
  'QUEUED',
  'DISPATCHED',
  'ABORTED',
  'REJECTED',
  'FAILED',
  'EXPIRED',
  'UNKNOWN',
] as const;

/**
 * A number no other message has. In runs of four out of 64 it is beyond what a double can tell apart from its
 * neighbour, so a client that reads ids as numbers sees duplicates.
 */
function messageId(dataset: number, day: number, index: number): string {
  const plain = BigInt(day) * 100_000_000n + BigInt(index) * 10n + BigInt(dataset);
  const run = index & 63;
  return run >= 10 && run < 14
    ? String(PAST_DOUBLES + BigInt(dataset) * 1_000_000_000_000_000n + BigInt(day) * 10_000_000n + BigInt(index))
    : String(plain);
}

function digits(dice: Dice): string {
  return `120255501${String(dice.below(100)).padStart(2, '0')}`;
}

/** A phone number as an integer or as a string; both are documented. */
function numeral(plan: RowPlan, text: string): string {
  const asText = plan.dice.chance(0.4);
  const form = plan.switches.voximplantNumbers;
  return form === 'string' || (form === 'mixed' && asText) ? `"${text}"` : text;
}

/** One row of GetSmsHistory. While it waits (status 3) it has no processed date. */
export function smsHistoryRow(plan: RowPlan): string {
  const { dice } = plan;
  const waiting = plan.change === 'ahead';
  const inbound = dice.chance(0.4);
  const [from, to] = [digits(dice), digits(dice)];
  const alphabetic = dice.chance(0.05);
  const source = numeral(plan, from);
  const destination = numeral(plan, to);
  const failed = dice.chance(0.05);
  const cost = dice.pick(COSTS);
  // Drawn for every row, so that nothing but its state differs between a message that waits and one that is processed.
  const undated = plan.odd && plan.inner && dice.chance(0.2);
  const noDate = waiting || undated;
  const emptyDate = dice.chance(0.7);
  const date = noDate ? (emptyDate ? ',"processed_date":""' : '') : `,"processed_date":"${secondText(plan.at)}"`;
  const transaction = dice.chance(0.5) ? `,"transaction_id":9007199254740993${plan.index % 10}` : '';
  const message = dice.pick(TEXTS);
  const text = plan.switches.voximplantText && dice.chance(0.6) ? `,"text":"${message}"` : '';
  const status = waiting ? '3' : failed ? '2' : '1';
  const error = status === '2' ? `,"error_message":"Error send sms to ${to} from ${from} Code = 1"` : '';
  const direction = plan.odd && dice.chance(0.1) ? 'out' : inbound ? 'IN' : 'OUT';
  return (
    `{"message_id":${messageId(6, plan.at.day, plan.index)},"source_number":${alphabetic ? '"CONTOSO"' : source}` +
    `,"destination_number":${destination},"direction":"${direction}","fragments":${failed ? 0 : 1 + dice.below(3)}` +
    `,"cost":${cost},"status_id":"${status}"${error}${date}${transaction}${text}${unknownProperty(plan)}}`
  );
}

/** One row of A2PGetSmsHistory: other names for the date, a delivery status, no direction. */
export function a2pSmsRow(plan: RowPlan): string {
  const { dice } = plan;
  const waiting = plan.change === 'ahead';
  const to = digits(dice);
  const failed = dice.chance(0.05);
  const delivery = dice.pick(DELIVERIES);
  const status = waiting ? '3' : failed ? '2' : '1';
  const error = status === '2' ? `,"error_message":"Error send sms to ${to} from CONTOSO Code = 1"` : '';
  const date = waiting ? '""' : `"${secondText(plan.at)}"`;
  const message = dice.pick(TEXTS);
  const text = plan.switches.voximplantText && dice.chance(0.3) ? `,"text":"${message}"` : '';
  return (
    `{"message_id":${messageId(7, plan.at.day, plan.index)},"source_number":"CONTOSO"` +
    `,"destination_number":"${to}","fragments":${failed ? 0 : 1 + dice.below(3)},"cost":${dice.pick(COSTS)}` +
    `,"status_id":"${status}"${error},"processing_date":${date},"transaction_id":${plan.index + 123_123}` +
    `,"delivery_status":"${waiting ? 'QUEUED' : failed ? 'FAILED' : delivery}"${text}${unknownProperty(plan)}}`
  );
}
