import { decodeJwt } from 'jose';
import { HOUR_MS, MINUTE_MS } from '../words/day.ts';
import { failureOf } from '../words/errors.ts';
import type { Check, DoctorPorts, Found, Learnt } from './finding.ts';
import { UNDONE_BY_DEPLOYMENT, WHO } from './finding.ts';

/** Signing in to Graph: is there a token, is it for this cloud, and is the role in it? The token itself goes nowhere. */

/** Either opens all five functions; the first is the smaller. */
const ROLES = ['CallRecord-PstnCalls.Read.All', 'CallRecords.Read.All'] as const;
const [ROLE] = ROLES;

/** Microsoft Graph's own application id, in every tenant; a token may name it in place of the address. */
const GRAPH_APP = '00000003-0000-0000-c000-000000000000';

/** A token issued this recently has every role that was granted before. */
const FRESH_MS = 10 * MINUTE_MS;

type Claims = Readonly<Record<string, unknown>>;

export const graphToken: Check = {
  name: 'graph-token',
  async look(on, learnt) {
    if (!usesGraph(on)) return [{ result: 'skipped', meaning: 'No dataset of Graph is on.' }];
    if (on.config.signIn.kind === 'simulator') {
      learnt.token = true;
      return [{ result: 'fine', meaning: 'The simulator stands in for Graph and asks for no sign-in.' }];
    }
    let text: string;
    try {
      text = await on.graphToken(false);
    } catch (thrown) {
      const { reason, message } = failureOf(thrown);
      const next =
        reason === 'auth.unavailable'
          ? `az functionapp identity show --name ${learnt.site} --resource-group <group> must list an identity, and AZURE_CLIENT_ID must be its client id`
          : 'Check AZURE_TENANT_ID, AZURE_CLIENT_ID, its secret or certificate, and LANDLINE_CLOUD';
      return [{ result: 'broken', meaning: message, next, who: WHO.deployer }];
    }
    learnt.token = true;
    return [readToken(text, on, learnt)];
  },
};

function usesGraph({ config }: DoctorPorts): boolean {
  return config.datasets.some(({ source }) => source === 'graph');
}

function readToken(text: string, on: DoctorPorts, learnt: Learnt): Found {
  const claims = claimsOf(text);
  if (claims === undefined)
    return {
      result: 'warning',
      meaning: 'A token was obtained, but it cannot be read: its roles are not known.',
      next: `See the findings "dataset": they ask each log of Graph with this token. If Graph refuses: ${grantCommand(on, learnt)}`,
      who: WHO.directory,
    };
  const principal = claims['oid'];
  if (typeof principal === 'string' && /^[0-9a-f-]{36}$/i.test(principal)) learnt.principal = principal;
  const { cloud } = on.config;
  const audience = String(claims['aud']).replace(/\/$/, '');
  if (audience !== cloud.graph && audience !== GRAPH_APP) {
    const known = /^https:\/\/[\w.-]{1,80}$/.test(audience) ? audience : 'something else';
    return {
      result: 'broken',
      meaning: `The token is for ${known}, and the app reads ${cloud.graph}: the sign-in and LANDLINE_CLOUD (${cloud.name}) belong to different clouds.`,
      next: `az functionapp config appsettings set --name ${learnt.site} --resource-group <group> --settings "LANDLINE_CLOUD=<global, usgov-l4 or usgov-l5>"; ${UNDONE_BY_DEPLOYMENT}`,
      who: WHO.deployer,
    };
  }
  return roleFinding(claims, on, learnt);
}

/** The claims are read and not verified: they are only reported, and no access depends on them. */
function claimsOf(text: string): Claims | undefined {
  try {
    return decodeJwt(text);
  } catch {
    return undefined;
  }
}

function roleFinding(claims: Claims, on: DoctorPorts, learnt: Learnt): Found {
  const granted: readonly unknown[] = Array.isArray(claims['roles']) ? claims['roles'] : [];
  const found = ROLES.find(role => granted.includes(role));
  learnt.role = found === undefined ? 'absent' : 'granted';
  if (found !== undefined) return { result: 'fine', meaning: `The token for Graph has the role ${found}.` };
  const issuedAt = Number(claims['iat']) * 1_000;
  const ageMs = on.clock.now() - issuedAt;
  const grant = grantCommand(on, learnt);
  if (!(ageMs > FRESH_MS))
    return {
      result: 'broken',
      meaning: `The role ${ROLE} is not granted: a token issued just now does not have it.`,
      next: grant,
      who: WHO.directory,
    };
  const hours = Math.max(1, Math.round(ageMs / HOUR_MS));
  return {
    result: 'broken',
    meaning: `The role ${ROLE} is not in the token, which is about ${hours} h old: a role granted since then is not in it yet. Azure keeps a managed identity's token for up to a day.`,
    next: `If the role was granted after ${new Date(issuedAt).toISOString().slice(0, 16)}Z: wait, or restart the app (az functionapp restart --name ${learnt.site} --resource-group <group>). If it was not: ${grant}`,
    who: WHO.directory,
  };
}

/** The command that grants the role. The script checks first, so it does no harm if the role is there already. */
export function grantCommand({ config }: DoctorPorts, { principal }: Learnt): string {
  const to = principal ?? "<object id of the app's identity>";
  return `bash infra/consent.sh --identity ${to} --cloud ${config.cloud.name} (in the folder of the repository; other ways: docs/consent.md)`;
}
