import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../../wait.ts';

/** The part of Microsoft Graph that the consent scripts ask, over HTTP on this machine. */

export const IDENTITY = '11111111-1111-1111-1111-111111111111';
export const LEAST = 'CallRecord-PstnCalls.Read.All';
export const WIDE = 'CallRecords.Read.All';
const ROLE_IDS: Readonly<Record<string, string>> = { [LEAST]: 'role-least', [WIDE]: 'role-wide' };

/** What the tenant is like. */
export interface Tenant {
  readonly identity?: string;
  readonly name?: string;
  readonly type?: string;
  readonly granted?: readonly string[];
  /** What this cloud's Graph knows; both by default. */
  readonly roles?: readonly string[];
  /** May grant application permissions; otherwise 403. */
  readonly mayGrant?: boolean;
  /** May read the directory, which a guest may not; otherwise 403. */
  readonly mayRead?: boolean;
  /** Somebody else grants it a moment before us, so that Graph answers our grant with 400. */
  readonly rival?: boolean;
  /** Answers of a listing after a grant that do not have it yet. */
  readonly listedAfter?: number;
  /** What is answered instead, so many times, to requests whose method and path fit. */
  readonly faults?: readonly Fault[];
}

interface Fault {
  readonly on: RegExp;
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
  readonly times?: number;
  /** Only once the grant has been made. */
  readonly afterGrant?: boolean;
}

export interface Request {
  readonly method: string;
  /** Of the Graph that the script has asked, which is not where it was sent. */
  readonly origin: string;
  readonly path: string;
  readonly body: string;
}

export interface Directory {
  readonly url: string;
  readonly requests: readonly Request[];
  close(): Promise<void>;
}

export async function openDirectory(tenant: Tenant): Promise<Directory> {
  const requests: Request[] = [];
  const granted = new Set((tenant.granted ?? []).map(role => ROLE_IDS[role] ?? role));
  const faults = (tenant.faults ?? []).map(fault => ({ ...fault, left: fault.times ?? Number.POSITIVE_INFINITY }));
  const identity = tenant.identity ?? IDENTITY;
  let hidden = 0;

  function answer({ method, path, body }: Request): readonly [status: number, value: unknown] {
    const isMade = granted.size > (tenant.granted ?? []).length;
    const fits = (each: Fault): boolean => each.on.test(`${method} ${path}`) && (each.afterGrant !== true || isMade);
    const fault = faults.find(each => each.left > 0 && fits(each));
    if (fault !== undefined) {
      fault.left -= 1;
      return error(fault.status, fault.code ?? 'UnknownError', fault.message ?? 'A planted answer.');
    }
    if (tenant.mayRead === false) return error(403, 'Authorization_RequestDenied', 'Insufficient privileges.');
    if (path === "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')") {
      const roles = (tenant.roles ?? [LEAST, WIDE]).map(value => ({ id: ROLE_IDS[value], value }));
      return [200, { id: 'graph-sp', appRoles: [{ id: 'role-other', value: 'User.Read.All' }, ...roles] }];
    }
    if (path === `/v1.0/servicePrincipals/${identity}`) {
      const { name = 'id-landline', type = 'ManagedIdentity' } = tenant;
      return [200, { id: identity, displayName: name, servicePrincipalType: type }];
    }
    if (path === `/v1.0/servicePrincipals/${identity}/appRoleAssignments`) {
      const shown = hidden > 0 ? [] : [...granted];
      hidden -= 1;
      return [200, { value: shown.map(id => ({ id: `of-${id}`, resourceId: 'graph-sp', appRoleId: id })) }];
    }
    if (method === 'POST' && path === '/v1.0/servicePrincipals/graph-sp/appRoleAssignedTo') {
      if (tenant.mayGrant === false)
        return error(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
      const given = JSON.parse(body);
      if (given.principalId !== identity || given.resourceId !== 'graph-sp' || typeof given.appRoleId !== 'string')
        return error(400, 'Request_BadRequest', 'Not a grant.');
      const isThere = granted.has(given.appRoleId) || tenant.rival === true;
      granted.add(given.appRoleId);
      hidden = tenant.listedAfter ?? 0;
      if (isThere) return error(400, 'Request_BadRequest', 'Permission being assigned already exists on the object');
      return [201, { id: 'assignment' }];
    }
    return error(404, 'Request_ResourceNotFound', `Resource '${path}' does not exist.`);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const asked: Request = {
      method: request.method ?? '',
      origin: String(request.headers['x-asked-origin'] ?? ''),
      path: decodeURIComponent(new URL(request.url ?? '', 'http://localhost').pathname),
      body: Buffer.concat(parts).toString('utf8'),
    };
    requests.push(asked);
    const [status, value] = answer(asked);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  }

  const server = createServer((request, response) => void serve(request, response));
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () => new Promise(resolve => server.close(() => resolve())),
  };
}

function error(status: number, code: string, message: string): readonly [number, unknown] {
  return [status, { error: { code, message } }];
}
