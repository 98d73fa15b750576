import { IDENTITY, LEAST, type Tenant, WIDE } from './directory.ts';

/** What both consent scripts are called with, and how each call must end. */

/** One call of a script, in the options of the one with two dashes. */
export interface Scenario {
  readonly title: string;
  readonly options: readonly string[];
  readonly tenant?: Tenant;
  readonly signIn?: 'cancelled' | 'expired';
  readonly code: 0 | 1 | 2 | 3 | 4;
  readonly out?: RegExp;
  readonly err?: RegExp;
  /** Grants that the directory has been asked for; none by default. */
  readonly grants?: number;
  /** The scripts sign in in ways of their own, so they say so in words of their own. */
  readonly ownWords?: true;
}

export const ask = ['--identity', IDENTITY];
const GRANTED = /^Granted: CallRecord-PstnCalls\.Read\.All to id-landline in tenant tenant-1\.\n/;
const NO_RIGHTS =
  /^consent: you may not grant application permissions in tenant tenant-1\.\n.*Privileged Role Administrator or Global Administrator.*Nothing was changed\.\n$/s;

export const SCENARIOS: readonly Scenario[] = [
  { title: 'grants the least permission', options: ask, code: 0, out: GRANTED, grants: 1 },
  {
    title: 'changes nothing the second time',
    options: ask,
    tenant: { granted: [LEAST] },
    code: 0,
    out: /^Already granted: .* Nothing was changed\.\n$/,
  },
  {
    title: 'grants the wide permission only when asked, even where the other is there',
    options: [...ask, '--role', WIDE],
    tenant: { granted: [LEAST] },
    code: 0,
    out: /^Granted: CallRecords\.Read\.All to /,
    grants: 1,
  },
  { title: 'only looks with --check, where it is not', options: [...ask, '--check'], code: 1, out: /^Not granted: / },
  {
    title: 'only looks with --check, where it is',
    options: [...ask, '--check'],
    tenant: { granted: [LEAST] },
    code: 0,
    out: /^Already granted: /,
  },
  {
    title: 'takes a grant that somebody else made meanwhile as its own',
    options: ask,
    tenant: { rival: true },
    code: 0,
    out: GRANTED,
    grants: 1,
  },
  {
    title: 'waits until the grant is listed',
    options: ask,
    tenant: { listedAfter: 3 },
    code: 0,
    out: GRANTED,
    grants: 1,
  },
  {
    title: 'does not call a grant granted that is never listed',
    options: ask,
    tenant: { listedAfter: 99 },
    code: 4,
    err: /^consent: Graph accepted the grant but does not list it yet/,
    grants: 1,
  },
  {
    title: 'says who may run it when the grant is refused',
    options: ask,
    tenant: { mayGrant: false },
    code: 3,
    err: NO_RIGHTS,
    grants: 1,
  },
  {
    title: 'says so when a guest may not even read the directory',
    options: ask,
    tenant: { mayRead: false },
    code: 3,
    err: /^consent: you may not read the directory in tenant tenant-1\./,
  },
  {
    title: 'says so when permissions may not be read',
    options: ask,
    tenant: { faults: [{ on: /appRoleAssignments/, status: 403, code: 'Authorization_RequestDenied' }] },
    code: 3,
    err: /^consent: you may not read permissions /,
  },
  {
    title: 'does not say that nothing was changed when listing is refused after the grant',
    options: ask,
    tenant: { faults: [{ on: /^GET .*appRoleAssignments/, status: 403, code: 'Forbidden', afterGrant: true }] },
    code: 4,
    err: /^consent: Graph accepted the grant but does not list it yet; [^.]*\n$/,
    grants: 1,
  },
  {
    title: 'names the wrong tenant, or the client id, when nobody there has that id',
    options: ask,
    tenant: { identity: '22222222-2222-2222-2222-222222222222' },
    code: 4,
    err: /^consent: tenant tenant-1 has no identity .*check the tenant, and that you gave the object id, not the client id\n$/,
  },
  {
    title: 'grants nothing to an app registration',
    options: ask,
    tenant: { type: 'Application', name: 'Payroll' },
    code: 4,
    err: /^consent: Payroll is not a managed identity; its type is Application\. Nothing was changed/,
  },
  {
    title: 'asks again when Graph is busy',
    options: ask,
    tenant: {
      faults: [
        { on: /^GET/, status: 429, code: 'TooManyRequests', times: 3 },
        { on: /^POST/, status: 429, code: 'TooManyRequests', times: 3 },
      ],
    },
    code: 0,
    out: GRANTED,
    grants: 4,
  },
  {
    title: 'asks again when Graph has an error of its own',
    options: ask,
    tenant: { faults: [{ on: /./, status: 503, code: 'ServiceNotAvailable', times: 2 }] },
    code: 0,
    out: GRANTED,
    grants: 1,
  },
  {
    title: 'gives up when Graph stays busy, and does not call it another tenant',
    options: ask,
    tenant: { faults: [{ on: /1111$/, status: 429, code: 'TooManyRequests', message: 'Too many.' }] },
    code: 4,
    err: /^consent: the request to Graph failed: TooManyRequests: Too many\.\n$/,
  },
  {
    title: 'does not call an error of Graph another tenant',
    options: ask,
    tenant: { faults: [{ on: /1111$/, status: 500, code: 'InternalServerError', message: 'Broken.' }] },
    code: 4,
    err: /^consent: the request to Graph failed: InternalServerError: Broken\.\n$/,
  },
  {
    title: 'gives the reason of a grant that was not taken',
    options: ask,
    tenant: {
      faults: [{ on: /^POST/, status: 400, code: 'Request_BadRequest', message: 'The directory is read-only.' }],
    },
    code: 4,
    err: /^consent: Graph did not accept the grant: Request_BadRequest: The directory is read-only\.\n$/,
    grants: 1,
  },
  {
    title: 'says so when this cloud has no such permission',
    options: [...ask, '--cloud', 'usgov-l5'],
    tenant: { roles: [] },
    code: 4,
    err: /^consent: Graph in this cloud has no application permission CallRecord-PstnCalls/,
  },
  {
    title: 'shows a name on one line, with its quotes and blanks, and nothing that a terminal obeys',
    options: [...ask, '--check'],
    tenant: { name: `id "land'line"  $(x) \u001b[31m\r\nof all` },
    code: 1,
    out: /^Not granted: CallRecord-PstnCalls\.Read\.All to id "land'line" {2}\$\(x\) {2}\[31m {2}of all in tenant tenant-1\.\n$/,
  },
  {
    title: 'says so when the sign-in was cancelled',
    options: ask,
    signIn: 'cancelled',
    code: 4,
    err: /^consent: you are not signed in/,
    ownWords: true,
  },
  {
    title: 'says so when the sign-in has run out',
    options: ask,
    signIn: 'expired',
    code: 4,
    err: /^consent: you are not signed in: .*AADSTS700082/,
    ownWords: true,
  },
  ...(
    [
      ['no identity', [], 'identity: expected a GUID'],
      ['an identity that is a name', ['--identity', 'me'], 'identity: expected a GUID'],
      ['an identity with a line end', ['--identity', `${IDENTITY}\n`], 'identity: expected a GUID'],
      ['an identity with a blank', ['--identity', ` ${IDENTITY}`], 'identity: expected a GUID'],
      ['an unknown permission', [...ask, '--role', 'Everything.ReadWrite'], 'role: expected'],
      ['a permission in another case', [...ask, '--role', LEAST.toLowerCase()], 'role: expected'],
      ['a permission with a line end', [...ask, '--role', `${LEAST}\n`], 'role: expected'],
      ['an unknown cloud', [...ask, '--cloud', 'china'], 'cloud: expected global, usgov-l4 or usgov-l5'],
      ['a cloud in another case', [...ask, '--cloud', 'Global'], 'cloud: expected global, usgov-l4 or usgov-l5'],
      ['an option without its value', ['--identity'], 'identity needs a value'],
      ['an unknown option', [...ask, '--force'], 'there is no option --?force'],
      ['a word that is no option', [...ask, 'now'], 'there is no option now'],
    ] as const
  ).map(
    ([what, options, words]): Scenario => ({
      title: `refuses ${what}`,
      options,
      code: 2,
      err: new RegExp(`^consent: (-|--)?${words}[\\s\\S]*\\nusage: `, 'i'),
    }),
  ),
];
