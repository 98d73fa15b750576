import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Answer, jsonAnswer } from './answers.ts';
import type { Occasion } from './faults/fault.ts';
import type { Served, World } from './pages.ts';
import type { Switches } from './switches.ts';
import { graphToken, keyPair, readToken } from './tokens.ts';

/** The token endpoint of the sign-in service, and the check of its tokens. */

/** What the simulated tenant's app registration knows. */
export const CREDENTIALS = {
  tenantId: '11111111-2222-4333-8444-555555555555',
  clientId: '66666666-7777-4888-9999-aaaaaaaaaaaa',
  clientSecret: 'simulated-client-secret',
} as const;

/** Either of these roles opens all five functions. */
const ROLES = ['CallRecord-PstnCalls.Read.All', 'CallRecords.Read.All'] as const;

const LIFETIME_SECONDS = 3_599;

export const TOKEN_ROUTE = /^\/([^/]+)\/oauth2\/v2\.0\/token$/i;

/** The bearer token of a request; `undefined` when there is none. */
export function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

export function graphTokenFault(
  bearer: string | undefined,
  origin: string,
  switches: Readonly<Switches>,
  nowMs: number,
): 'unauthorized' | 'forbidden' | undefined {
  if (bearer === undefined) return 'unauthorized';
  if (switches.auth === 'any') return undefined;
  const token = readToken(bearer);
  if (token === undefined || !token.signedBy(keyPair().publicKey)) return 'unauthorized';
  const { aud, exp, nbf, roles } = token.claims;
  if (typeof aud !== 'string' || ![...switches.audiences, origin].includes(aud)) return 'unauthorized';
  if (typeof exp !== 'number' || exp * 1_000 <= nowMs) return 'unauthorized';
  if (typeof nbf === 'number' && nbf * 1_000 > nowMs) return 'unauthorized';
  const granted: readonly unknown[] = Array.isArray(roles) ? roles : [];
  return ROLES.some(role => granted.includes(role)) ? undefined : 'forbidden';
}

/** Answers the client-credential flow. */
function serveToken(tenant: string, form: URLSearchParams, switches: Readonly<Switches>, nowMs: number): Answer {
  const refuse = (status: number, error: string, code: number, text: string): Answer =>
    signInError(status, error, code, text, nowMs);
  if (tenant.toLowerCase() !== CREDENTIALS.tenantId) {
    return refuse(400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`);
  }
  if (form.get('grant_type') !== 'client_credentials') {
    return refuse(400, 'unsupported_grant_type', 70003, 'The grant type is not supported.');
  }
  if (form.get('client_id') !== CREDENTIALS.clientId) {
    return refuse(400, 'unauthorized_client', 700016, 'The application was not found in the directory.');
  }
  const secret = form.get('client_secret');
  const assertion = form.get('client_assertion');
  if (secret === null && assertion === null) {
    return refuse(401, 'invalid_client', 7000218, 'The request must contain a client secret or a client assertion.');
  }
  if (secret !== null && secret !== CREDENTIALS.clientSecret) {
    return refuse(401, 'invalid_client', 7000215, 'Invalid client secret provided.');
  }
  if (secret !== null && switches.clientSecretState === 'expired') {
    return refuse(401, 'invalid_client', 7000222, 'The provided client secret keys are expired.');
  }
  const audience = /^(https?:\/\/[^/]+)\/\.default$/.exec(form.get('scope') ?? '')?.[1];
  if (audience === undefined) return refuse(400, 'invalid_scope', 70011, 'The scope is not valid.');

  const seconds = Math.floor(nowMs / 1_000);
  const token = graphToken({
    aud: audience,
    iss: `https://sts.windows.net/${CREDENTIALS.tenantId}/`,
    iat: seconds,
    nbf: seconds,
    exp: seconds + LIFETIME_SECONDS,
    appid: CREDENTIALS.clientId,
    tid: CREDENTIALS.tenantId,
    roles: switches.roles,
  });
  const lifetime = { expires_in: LIFETIME_SECONDS, ext_expires_in: LIFETIME_SECONDS };
  return jsonAnswer(200, { token_type: 'Bearer', ...lifetime, access_token: token });
}

function signInError(status: number, error: string, code: number, text: string, nowMs: number): Answer {
  const [trace, correlation] = [randomUUID(), randomUUID()];
  const timestamp = `${new Date(nowMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const ids = `Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`;
  return jsonAnswer(status, {
    error,
    error_description: `AADSTS${code}: ${text} ${ids}`,
    error_codes: [code],
    timestamp,
    trace_id: trace,
    correlation_id: correlation,
  });
}

/** The token endpoint, with the faults that a rule for `token` names. */
export function serveSignIn(
  world: World,
  request: IncomingMessage,
  origin: string,
  path: string,
  body: Buffer,
): Served {
  const { switches } = world;
  const nowMs = world.now();
  const target = { source: 'graph', dataset: 'token', day: '', first: true, last: true, line: path } as const;
  const injected = world.faults.inject(target, switches);
  const good = () =>
    request.method === 'POST'
      ? serveToken(TOKEN_ROUTE.exec(path)?.[1] ?? '', new URLSearchParams(body.toString()), switches, nowMs)
      : jsonAnswer(405, { error: 'invalid_request' });
  if (injected === undefined) return { answer: good(), rows: 0 };
  const occasion: Occasion = {
    source: 'graph',
    dataset: 'token',
    api: 'v1.0',
    origin,
    foreignUrl: world.foreignUrl,
    address: `${origin}${path}`,
    skip: 0,
    take: 0,
    total: 0,
    nowMs,
    day: '',
    walk: 0,
    switches,
    turn: injected.turn,
    linkTo: () => '',
    strangeRow: () => '',
    undatedRow: () => '',
    note: () => {},
    refuse: (status, code, message, headers) =>
      jsonAnswer(status, { error: code, error_description: message }, headers),
  };
  const answer = injected.fault.instead?.(occasion) ?? good();
  return { answer: injected.fault.wire?.(answer, occasion) ?? answer, fault: injected.name, rows: 0 };
}
