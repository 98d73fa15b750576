import type { Dataset } from '../words/model.ts';
import { failing, failureOfStatus, type Refusal, THROTTLED } from './answers.ts';
import type { Answer } from './http/send.ts';

/** What Voximplant's error codes mean for us. Source: voximplant.com/docs/references/httpapi/errors. */

const CLOCK: Refusal = {
  reason: 'clock.skew',
  remedy: 'fix-config',
  meaning: 'a token that was just signed is not valid now. Set the clock of this machine by a time server',
};
const KEY: Refusal = {
  reason: 'auth.rejected',
  remedy: 'fix-config',
  meaning: 'the service account key is not accepted. Make a new key in the control panel and set it',
};
const ACCOUNT: Refusal = {
  reason: 'auth.rejected',
  remedy: 'fix-config',
  meaning: 'the account is not usable. Open the Voximplant control panel and see what it asks for',
};
const ROLE: Refusal = {
  reason: 'auth.forbidden',
  remedy: 'fix-config',
  meaning:
    'one of three things is wrong: the role of the service account, its key, or the clock of this machine. Look at the role first',
};
const TROUBLE = failing('the source failed');

/** By error code. Anything not listed is `reject`. */
const BY_CODE: ReadonlyMap<number, Refusal> = new Map<number, Refusal>([
  ...[1, 2, 4, 13].map(code => [code, TROUBLE] as const),
  ...[314, 340, 515].map(code => [code, THROTTLED] as const),
  ...[100, 104].map(code => [code, ROLE] as const),
  ...[433, 447].map(code => [code, KEY] as const),
  ...[454, 455, 456].map(code => [code, CLOCK] as const),
  ...[115, 131, 281].map(code => [code, ACCOUNT] as const),
  [
    569,
    {
      reason: 'source.range',
      remedy: 'reject',
      meaning: 'even one day is too long a range for this account. Ask Voximplant’s support to allow it a day',
    } as const,
  ],
]);

const REJECTED: Refusal = {
  reason: 'source.rejected',
  remedy: 'reject',
  meaning: 'the request is refused for good. Look the code up at voximplant.com/docs/references/httpapi/errors',
};

/** Errors are short; anything longer is a page. */
const ERROR_BYTES_MAX = 16 * 1024;

/** The code of an error answer; `undefined` when the answer is not one. 0 for an error without a usable code. */
export function errorOf({ body }: Answer): number | undefined {
  if (body.length > ERROR_BYTES_MAX || !body.includes('"error')) return undefined;
  try {
    const { error, errors } = JSON.parse(body.toString('utf8'));
    const first: unknown = error ?? (Array.isArray(errors) ? errors[0] : undefined);
    if (first === undefined || first === null) return undefined;
    const code = typeof first === 'object' && 'code' in first ? Number(first.code) : 0;
    return Number.isInteger(code) ? code : 0;
  } catch {
    // Not JSON: the page check says so better.
    return undefined;
  }
}

/** Of a token that is refused for its times alone. */
const STALE_TOKEN: ReadonlySet<number> = new Set([455, 456]);

/** Whether a token that is minted anew may do. */
export function isOfStaleToken(answer: Answer): boolean {
  return STALE_TOKEN.has(errorOf(answer) ?? 0);
}

/** @throws LandlineError for an error, in a 200 too, and for any other status */
export function refuseErrors(answer: Answer, dataset: Dataset, now: number): void {
  const code = errorOf(answer);
  if (code === undefined && answer.status === 200) return;
  throw failureOfStatus(answer, `Voximplant refused ${dataset.call}`, dataset, now, {
    ...(code !== undefined && { refusal: BY_CODE.get(code) ?? REJECTED, code: `error ${code}` }),
  });
}
