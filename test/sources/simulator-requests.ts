import { importPKCS8, SignJWT } from 'jose';
import { request } from 'undici';
import type { Simulator } from '../../local/simulator/index.ts';

/** Plain requests to the simulator, without any of the product's code: no retry, no decoding, no redirect. */

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly text: string;
}

export async function get(
  url: string,
  headers: Record<string, string> = { authorization: 'Bearer x' },
): Promise<Reply> {
  return reply(await request(url, { headers }));
}

export async function reply(answer: Awaited<ReturnType<typeof request>>): Promise<Reply> {
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
  return { status: answer.statusCode, headers, bytes, text: bytes.toString() };
}

/** A value from outside that is an object; anything else becomes an empty one. */
export function objectIn(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function callUrl(simulator: Simulator, api: string, call: string, from: string, to: string): string {
  return `${simulator.graphUrl}/${api}/communications/callRecords/${call}(fromDateTime=${from},toDateTime=${to})`;
}

/** The exact texts of the rows in the member `name` of a body. */
export function rowTexts(body: string, name: 'value' | 'result'): string[] {
  const rows: string[] = [];
  let [depth, start, quoted] = [0, 0, false];
  for (let at = body.indexOf(`"${name}":[`) + name.length + 4; at < body.length; at += 1) {
    const char = body[at];
    if (quoted) {
      if (char === '\\') at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') {
      if (depth === 0) start = at;
      depth += 1;
    } else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth === 0) rows.push(body.slice(start, at + 1));
      if (depth < 0) break;
    }
  }
  return rows;
}

/** All pages from `url` on, by their links. */
export async function pagesFrom(url: string): Promise<Reply[]> {
  const pages: Reply[] = [];
  for (let next: unknown = url; typeof next === 'string'; next = linkOf(pages.at(-1))) pages.push(await get(next));
  return pages;
}

export function linkOf(page: Reply | undefined): unknown {
  return page === undefined ? undefined : objectIn(page.text)['@odata.nextLink'];
}

/** A token of the simulator's service account, made with another library than the one that checks it. */
export async function serviceToken(
  simulator: Simulator,
  nowMs: number,
  change: { kid?: string; iat?: number; exp?: number; iss?: string | number } = {},
): Promise<string> {
  const file = objectIn(simulator.account.keyFile);
  const iat = change.iat ?? Math.floor(nowMs / 1_000) - 5;
  const key = await importPKCS8(String(file['private_key']), 'RS256');
  return new SignJWT({ iss: change.iss ?? file['account_id'] } as Record<string, unknown>)
    .setProtectedHeader({ alg: 'RS256', kid: change.kid ?? String(file['key_id']) })
    .setIssuedAt(iat)
    .setExpirationTime(change.exp ?? iat + 60)
    .sign(key);
}

/** Calls a method of the Management API with a form. */
export async function callVoximplant(
  simulator: Simulator,
  method: string,
  form: Record<string, string>,
  token: string,
): Promise<Reply> {
  return reply(
    await request(`${simulator.voximplantUrl}/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    }),
  );
}
