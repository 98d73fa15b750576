import type { VoximplantKey } from '../config/voximplant-key.ts';
import type { Clock } from '../words/ports.ts';
import type { Send } from './http/send.ts';
import { errorOf } from './voximplant-errors.ts';
import { tokenMaker } from './voximplant-token.ts';

export interface KeySettings {
  /** For example `https://api.voximplant.com/platform_api`. */
  readonly url: string;
  readonly key: VoximplantKey;
  readonly send: Send;
  readonly clock: Clock;
}

/**
 * What a service account's key may do, as Voximplant says. A key without any role may call GetKeyRoles too, so the
 * answer tells a key that is not accepted from one that lacks a role. Source:
 * voximplant.com/docs/references/httpapi/rolesystem.
 *
 * @returns the error code of the answer, or the names of the roles
 */
export function voximplantKeyRoles(
  settings: KeySettings,
): (signal: AbortSignal) => Promise<{ readonly code?: number; readonly roles: readonly string[] }> {
  const tokens = tokenMaker(settings.key, settings.clock);
  return async signal => {
    const headers = {
      authorization: `Bearer ${await tokens(true)}`,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    };
    const url = new URL(`${settings.url.replace(/\/$/, '')}/GetKeyRoles`);
    const body = new URLSearchParams({ key_id: settings.key.keyId }).toString();
    const answer = await settings.send({ method: 'POST', url, headers, body }, signal);
    const code = errorOf(answer) ?? (answer.status === 200 ? undefined : 0);
    if (code !== undefined) return { code, roles: [] };
    // Names only, and only what looks like one.
    const names = answer.body.toString('utf8').matchAll(/"role_name"\s*:\s*"([A-Za-z][\w ]{0,40})"/g);
    return { roles: [...new Set([...names].map(([, name = '']) => name))] };
  };
}
