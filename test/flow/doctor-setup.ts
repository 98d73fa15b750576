import type { Simulator } from '../../local/simulator/index.ts';
import { systemClock } from '../../shared/app/clock.ts';
import type { Cloud } from '../../shared/config/clouds.ts';
import { type Config, type Environment, readConfig } from '../../shared/config/config.ts';
import { type CheckResult, type Diagnosis, type DoctorPorts, diagnose } from '../../shared/doctor/diagnose.ts';
import { graphSource } from '../../shared/sources/graph.ts';
import { sender } from '../../shared/sources/http/send.ts';
import { voximplantSource } from '../../shared/sources/voximplant.ts';
import { voximplantKeyRoles } from '../../shared/sources/voximplant-key.ts';
import { tokenMaker } from '../../shared/sources/voximplant-token.ts';
import { instantOf, MINUTE_MS } from '../../shared/words/day.ts';
import { memoryJobs } from '../doubles/memory-jobs.ts';
import { memoryLedger } from '../doubles/memory-ledger.ts';

/** A healthy app over the simulator, and ways to break one thing of it. */

/** Of the app's identity. */
export const OBJECT_ID = '0b1c2d3e-1111-4222-8333-444455556666';
export const EMULATOR =
  'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:1/x;QueueEndpoint=http://127.0.0.1:2/x;TableEndpoint=http://127.0.0.1:3/x;';

export interface Planted {
  /** Changes to the app's settings. */
  readonly settings?: Environment;
  readonly roles?: readonly string[];
  readonly tokenAgeMs?: number;
  /** The cloud the token is for; the simulator's when absent. */
  readonly audience?: string;
  readonly token?: DoctorPorts['graphToken'];
  readonly voximplantRole?: string;
  /** Of our machine against the servers. */
  readonly skewMs?: number;
  readonly parts?: Partial<DoctorPorts>;
}

/** The app as the wiring would make it; the simulator plays a real tenant, so its sign-in is checked. */
export function portsWith(simulator: Simulator, planted: Planted = {}): DoctorPorts {
  const skewMs = planted.skewMs ?? 0;
  const clock = { ...systemClock, now: () => Date.now() + skewMs };
  const keyFile = simulator.account.keyFile;
  const base = {
    AzureWebJobsStorage: EMULATOR,
    LANDLINE_CREDENTIAL: 'managed-identity',
    LANDLINE_VOXIMPLANT_KEY: keyFile,
    PLAN_SCHEDULE: '0 */5 * * * *',
  };
  const read = readConfig({ ...base, ...planted.settings });
  // `readConfig` names the real clouds; here the simulator stands at their addresses.
  const cloud: Cloud = { ...read.cloud, graph: simulator.graphUrl };
  const config: Config = {
    ...read,
    cloud,
    voximplant: read.voximplant && { ...read.voximplant, url: simulator.voximplantUrl },
  };
  simulator.switches.voximplantRole = planted.voximplantRole ?? 'Owner';
  const seconds = Math.floor((Date.now() - (planted.tokenAgeMs ?? 0)) / 1_000);
  const roles = planted.roles ?? ['CallRecord-PstnCalls.Read.All'];
  const claims = {
    aud: planted.audience ?? simulator.graphUrl,
    oid: OBJECT_ID,
    iat: seconds,
    exp: seconds + 86_400,
    roles,
  };
  const graphToken = planted.token ?? (async () => simulator.graphToken(claims));
  const around = { send: sender(), random: () => 0, clock: { ...clock, sleep: async () => {} } };
  const { url, key } = required(config.voximplant);
  return {
    config,
    ledger: memoryLedger(),
    backlog: memoryJobs(clock),
    probe: { container: async () => {}, queue: async () => {} },
    pulse: { beat: async () => {}, last: async () => instantOf(Date.now() - 2 * MINUTE_MS) },
    clock,
    sources: {
      graph: graphSource({ ...around, origin: cloud.graph, token: graphToken }),
      voximplant: voximplantSource({ ...around, url, token: tokenMaker(key, clock) }),
    },
    graphToken,
    certificateEnd: () => undefined,
    servedAt: async () => Date.now() - 500,
    keyRoles: voximplantKeyRoles({ ...around, url, key }),
    ...planted.parts,
  };
}

export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('It should be there');
  return value;
}

export function examine(simulator: Simulator, planted: Planted = {}): Promise<Diagnosis> {
  return diagnose(() => portsWith(simulator, planted), systemClock, 'contoso-landline');
}

/** Findings that are not fine, as `check about`. */
export function complaints({ findings }: Diagnosis): string[] {
  return findings
    .filter(({ result }) => result === 'broken' || result === 'warning')
    .map(({ check, about }) => (about === undefined ? check : `${check} ${about}`));
}

export function finding({ findings }: Diagnosis, check: string, about?: string): CheckResult {
  return required(findings.find(each => each.check === check && (about === undefined || each.about === about)));
}
