import { gunzipSync } from 'node:zlib';
import { tooLarge, undecodable } from './failures.ts';

/** Content codings: RFC 9110, 8.4.1. Only gzip is asked for. */

/** The codings of a body in the order they were applied, in lower case, without those that change nothing. */
export function codingsOf(header: string | undefined): string[] {
  const named = (header ?? '').split(',').map(coding => coding.trim().toLowerCase());
  return named.filter(coding => coding !== '' && coding !== 'identity');
}

/** As the RFC has it, a recipient treats `x-gzip` as `gzip`. */
const GZIP: ReadonlySet<string> = new Set(['gzip', 'x-gzip']);

/** More would be a way to make work. */
const CODINGS_MAX = 3;

/**
 * @param bytesMax of what comes out of each coding
 * @throws LandlineError `page.bad_json` for bytes that cannot be decoded, `limits.page_bytes` for too many of them
 */
export function decoded(body: Buffer, codings: readonly string[], url: URL, bytesMax: number): Buffer {
  const unknown = codings.find(coding => !GZIP.has(coding));
  if (unknown !== undefined)
    throw undecodable(url, `the encoding ${JSON.stringify(unknown.slice(0, 40))} was not asked for`);
  if (codings.length > CODINGS_MAX) throw undecodable(url, `it is compressed ${codings.length} times over`);
  return codings.reduce(bytes => unzipped(bytes, url, bytesMax), body);
}

function unzipped(body: Buffer, url: URL, bytesMax: number): Buffer {
  try {
    return gunzipSync(body, { maxOutputLength: bytesMax });
  } catch (thrown) {
    if (thrown instanceof RangeError) throw tooLarge(url, bytesMax);
    throw undecodable(url, 'its gzip stream is damaged or cut short', thrown);
  }
}
