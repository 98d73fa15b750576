import { type Answer, jsonAnswer } from './answers.ts';
import type { Switches } from './switches.ts';

/** Codes of the Management API that the simulator answers with, and their texts on the wire. */
const MESSAGES: Readonly<Record<number, string>> = {
  1: 'Fatal error',
  2: 'Internal error',
  4: 'DB error',
  13: "The 'config' table error",
  100: 'Authorization failed',
  101: 'Invalid arguments',
  102: "Missing 'cmd' parameter",
  103: 'Unknown command',
  104: 'Forbidden command',
  105: 'The required output format type is not supported',
  111: 'Invalid date format',
  123: 'Invalid date range',
  314: 'Concurrent resource limit exceeded',
  340: 'Rate limit exceed',
  433: 'Invalid key id.',
  447: 'Invalid token format.',
  454: 'The token TTL exceeds the maximum limit.',
  455: 'Token issued in the future.',
  456: 'The token has expired.',
  470: "Invalid value specified for the 'direction' parameter. Allowed parameter values are: 'IN'",
};

const UNAUTHORIZED: readonly number[] = [100, 104, 433, 447, 454, 455, 456];

/** An error object: in a 200, or, by the switch, with a status of 4xx and without the list. */
export function voximplantError(code: number, switches: Readonly<Switches>): Answer {
  const days = Number.isFinite(switches.voximplantRangeDays) ? switches.voximplantRangeDays : 31;
  const text = code === 569 ? `Date range must be within ${days} days.` : MESSAGES[code];
  const error = { msg: text ?? 'Something nobody has documented', code };
  if (switches.voximplantErrors === '200') return jsonAnswer(200, { error, errors: [error] });
  return jsonAnswer(UNAUTHORIZED.includes(code) ? 401 : code === 340 ? 429 : 400, { error });
}
