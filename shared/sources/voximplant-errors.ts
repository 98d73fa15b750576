import type { Dataset } from '../words/model.ts';
import type { SourceResponse } from './http/send.ts';
import { capped, errorIn, saysCut } from './page-body.ts';
import { failing, failureOfStatus, type Refusal, THROTTLED } from './refusals.ts';

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
      reason: 'limits.query',
      remedy: 'reject',
      meaning:
        'the range is too long for this account, even after it was divided down to a minute. Ask Voximplant’s support to allow it a day',
    } as const,
  ],
]);

const REJECTED: Refusal = {
  reason: 'source.rejected',
  remedy: 'reject',
  meaning: 'the source will not accept this request. Look the code up at voximplant.com/docs/references/httpapi/errors',
};

/** The code of an error, even beside rows; `undefined` when there is no error. 0 for an error without a usable code. */
export function errorOf({ body }: SourceResponse): number | undefined {
  const error = errorIn(body);
  if (error === undefined) return undefined;
  const first: unknown = Array.isArray(error) ? error[0] : error;
  const code = typeof first === 'object' && first !== null && 'code' in first ? Number(first.code) : 0;
  return Number.isInteger(code) ? code : 0;
}

/** Error codes of a token that is refused only because of its times. */
const STALE_TOKEN: ReadonlySet<number> = new Set([455, 456]);

/** Whether a newly signed token may be accepted. */
export function isOfStaleToken(response: SourceResponse): boolean {
  return STALE_TOKEN.has(errorOf(response) ?? 0);
}

/** @throws LandlineError for an error, in a 200 and beside rows too, and for any other status */
export function refuseErrors(response: SourceResponse, dataset: Dataset, now: number): void {
  const code = errorOf(response);
  if (code === undefined && response.status === 200) return;
  const known = code === undefined ? undefined : BY_CODE.get(code);
  if (known === undefined && saysCut(response.body.toString('latin1', 0, 4096)))
    throw capped(dataset, 'it answers with an error that speaks of a limit');
  throw failureOfStatus(response, `Voximplant refused ${dataset.call}`, dataset, now, {
    ...(code !== undefined && { refusal: known ?? (hasRows(response) ? TROUBLE : REJECTED), code: `error ${code}` }),
  });
}

/** A page with rows and an unknown error was meant as a page, and may be whole the next time. */
function hasRows({ body }: SourceResponse): boolean {
  return /"result"\s*:\s*\[/.test(body.toString('latin1'));
}
