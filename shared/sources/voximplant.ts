import { importPKCS8, SignJWT } from 'jose';
import { LandlineError } from '../errors.ts';
import { httpDate } from '../http/dates.ts';
import type { Answer, Send } from '../http.ts';
import type { Dataset } from '../model.ts';
import type { Clock, Page, Source } from '../ports.ts';
import { cutSpecOf } from '../rows/sift.ts';
import { cutRowsInPlace } from '../rows.ts';
import { failureOfStatus, type Refusal, refuseUnlessJson, refuseUnlessSized } from './answers.ts';
import { patiently } from './patience.ts';

/**
 * Voximplant's Management API: the message histories.
 *
 * What is known of them: a signed token instead of a sign-in; parameters as a form, so that numbers stay out of access
 * logs; dates in UTC without a zone, bounds of unknown kind; pages by offset, over rows in no promised order; errors
 * come inside a 200; `total_count` is of the whole window. Sources: the pages named in `datasets/`,
 * docs.voximplant.ai/platform/management-api/authorization, voximplant.com/docs/references/httpapi/errors.
 */

/** A service account key, as the control panel hands it out. */
export interface VoximplantKey {
  readonly accountId: string;
  readonly keyId: string;
  /** PKCS#8 PEM. */
  readonly privateKey: string;
}

export interface VoximplantSettings {
  /** For example `https://api.voximplant.com/platform_api`. */
  readonly url: string;
  readonly key: VoximplantKey;
  readonly send: Send;
  /** From 0 up to 1, to spread delays. */
  readonly random: () => number;
  readonly clock: Clock;
}

export function voximplantSource(settings: VoximplantSettings): Source {
  const { clock, random } = settings;
  const tokens = tokenMaker(settings.key, clock);
  return {
    read(dataset, window, cursor, signal) {
      const offset = offsetOf(cursor, dataset);
      const url = new URL(`${settings.url.replace(/\/$/, '')}/${dataset.call}`);
      const body = new URLSearchParams({
        from_date: plain(window.from),
        to_date: plain(window.to),
        count: String(dataset.pageSize),
        offset: String(offset),
      }).toString();
      const ask = async (fresh: boolean): Promise<Answer> => {
        const headers = {
          authorization: `Bearer ${await tokens(fresh)}`,
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
        };
        return settings.send({ method: 'POST', url, headers, body }, signal);
      };
      const once = async (): Promise<Page> => {
        const first = await ask(false);
        // A token that was refused for its times is minted anew, once.
        const answer = STALE_TOKEN.has(errorOf(first) ?? 0) ? await ask(true) : first;
        refuseErrors(answer, dataset, clock.now());
        return pageOf(answer, dataset, offset);
      };
      return patiently(once, { clock, random }, signal);
    },
  };
}

/** `2026-01-31 00:00:00`, UTC; seconds are the finest unit. */
function plain(time: string): string {
  return time.slice(0, 19).replace('T', ' ');
}

function offsetOf(cursor: string | undefined, dataset: Dataset): number {
  if (cursor === undefined) return 0;
  if (/^\d{1,12}$/.test(cursor)) return Number(cursor);
  const message = `The saved cursor of ${dataset.name} is not an offset. The day is read again from its first page.`;
  throw new LandlineError({ reason: 'paging.expired', remedy: 'restart', message });
}

/** A clock of ours that is ahead must not make the token one from the future. */
const BACKDATE_S = 15;
/** Far below the hour that is allowed, counted from the backdated start. */
const LIFETIME_S = 600;
/** A token is used this long, then minted anew. */
const USE_MS = 180_000;

/** Tokens signed with the service account's key; the argument asks for one that was not used before. */
export function tokenMaker(key: VoximplantKey, clock: Clock): (fresh: boolean) => Promise<string> {
  let minted = { token: '', at: Number.NEGATIVE_INFINITY };
  return async fresh => {
    const now = clock.now();
    if (fresh || now >= minted.at + USE_MS || now < minted.at) minted = { token: await mint(key, now), at: now };
    return minted.token;
  };
}

async function mint(key: VoximplantKey, now: number): Promise<string> {
  const issuedAt = Math.floor(now / 1_000) - BACKDATE_S;
  try {
    return await new SignJWT()
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.keyId })
      .setIssuer(key.accountId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_S)
      .sign(await importPKCS8(key.privateKey, 'RS256'));
  } catch (cause) {
    throw new LandlineError({
      reason: 'auth.rejected',
      remedy: 'fix-config',
      message:
        'The private key in LANDLINE_VOXIMPLANT_KEY cannot be used to sign. Set the whole text of the key file, line breaks included.',
      cause,
    });
  }
}

const STALE_TOKEN: ReadonlySet<number> = new Set([455, 456]);

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
const TROUBLE: Refusal = { reason: 'source.failing', remedy: 'retry', meaning: 'the source failed' };
const THROTTLED: Refusal = { reason: 'source.throttled', remedy: 'wait', meaning: 'the source asks to be left alone' };

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

function refuseErrors(answer: Answer, dataset: Dataset, now: number): void {
  const code = errorOf(answer);
  if (code === undefined && answer.status === 200) return;
  throw failureOfStatus(answer, `Voximplant refused ${dataset.call}`, dataset, now, {
    ...(code !== undefined && { refusal: BY_CODE.get(code) ?? REJECTED, code: `error ${code}` }),
  });
}

function pageOf(answer: Answer, dataset: Dataset, offset: number): Page {
  refuseUnlessJson(answer, dataset);
  const cut = cutRowsInPlace(answer.body, cutSpecOf(dataset));
  refuseUnlessSized(cut.count, dataset);
  const total = cut.envelope.get('total_count');
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0) {
    const message = `A page of ${dataset.name} does not say how many rows there are, so it cannot be proved complete.`;
    throw new LandlineError({ reason: 'page.total', remedy: 'retry', message });
  }
  const read = offset + cut.count;
  // The end is reached when the count says so and the page agrees. A page that is empty before that ends the read as
  // well; the count then shows that rows are missing.
  const more = cut.count > 0 && (read < total || cut.count === dataset.pageSize);
  return {
    cut,
    next: more ? String(read) : undefined,
    total,
    notice: undefined,
    servedAt: httpDate(answer.header('date')),
    release: answer.release,
  };
}
