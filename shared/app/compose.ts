import { randomUUID } from 'node:crypto';
import { type Access, type Config, readConfig } from '../config/config.ts';
import { guardEnvironment } from '../config/loopback.ts';
import { blobCurated } from '../curate/curated-blobs.ts';
import type { CuratedStore } from '../curate/ports.ts';
import { type PrivacyProfile, privacyProfile } from '../curate/privacy.ts';
import type { DoctorPorts } from '../doctor/diagnose.ts';
import { blockMemory } from '../fetch/staging.ts';
import type { BufferPool } from '../rows/buffer-pool.ts';
import { graphSource } from '../sources/graph.ts';
import { sender, servedAt } from '../sources/http/send.ts';
import { certificateEnd, credentialOf, type SignedIn, signInWith } from '../sources/sign-in.ts';
import { voximplantSource } from '../sources/voximplant.ts';
import { voximplantKeyRoles } from '../sources/voximplant-key.ts';
import { tokenMaker } from '../sources/voximplant-token.ts';
import { type StorageClients, storageClients } from '../stores/clients.ts';
import { queueBacklog, queueCurateJobs, queueJobs } from '../stores/jobs.ts';
import { blobLake } from '../stores/lake.ts';
import { tableLedger } from '../stores/ledger.ts';
import { storageProbe } from '../stores/probe.ts';
import { tablePulse } from '../stores/pulse.ts';
import type { Ports, Source } from '../words/ports.ts';
import { CURATE_POISON_QUEUE, CURATE_QUEUE, FETCH_QUEUE, LEDGER_TABLE, POISON_QUEUE } from '../words/storage-names.ts';
import { systemClock } from './clock.ts';

/**
 * The wiring: the only place that reads the environment and builds clients. Built at the first invocation and kept for
 * the life of the process, so that loading the app can never fail.
 */

/** What lives as long as the process. */
export interface App extends Omit<Ports, 'report'> {
  readonly config: Config;
  readonly drifted: Set<string>;
  readonly blocks: BufferPool;
  /** Settings that were doubted: once in the life of the process is enough. */
  readonly doubted: Set<string>;
  readonly curated: CuratedStore;
  readonly profile: PrivacyProfile;
  readonly graphToken: DoctorPorts['graphToken'];
  readonly certificateEnd: DoctorPorts['certificateEnd'];
  readonly servedAt: DoctorPorts['servedAt'];
  readonly keyRoles: DoctorPorts['keyRoles'];
}

let app: App | undefined;

/** @throws LandlineError `config.invalid`; asked again, it reads the settings again */
export function composed(): App {
  guardEnvironment(process.env);
  app ??= compose(readConfig(process.env));
  return app;
}

/** Name of the Function App, for commands that a person is told to run. */
export function siteName(): string {
  return process.env['WEBSITE_SITE_NAME'] ?? '<app>';
}

export function compose(config: Config): App {
  const { signIn, cloud, storage, voximplant } = config;
  const signed = signIn.kind === 'simulator' ? undefined : signInWith(() => credentialOf(signIn, cloud));
  const send = sender();
  const token = signed?.tokensFor(cloud.scope) ?? (async () => 'simulated');
  const around = { send, random: Math.random, clock: systemClock };
  const off: Source = { read: () => Promise.reject(new Error('This source is not configured')) };
  const table = clientsOf(storage.table, signed, storage.version).table(LEDGER_TABLE);
  const { blobs } = clientsOf(storage.blob, signed, storage.version);
  const queues = clientsOf(storage.queue, signed, storage.version);
  return {
    config,
    datasets: config.datasets,
    clock: systemClock,
    ledger: tableLedger(table, randomUUID),
    lake: blobLake(blobs),
    jobs: queueJobs(queues.queue(FETCH_QUEUE)),
    sources: {
      graph: graphSource({ ...around, origin: cloud.graph, token }),
      voximplant:
        voximplant === undefined
          ? off
          : voximplantSource({ ...around, url: voximplant.url, token: tokenMaker(voximplant.key, systemClock) }),
    },
    drifted: new Set(),
    blocks: blockMemory(),
    doubted: new Set(),
    curated: blobCurated(blobs),
    probe: storageProbe(blobs, queues.queue),
    curateJobs: queueCurateJobs(queues.queue(CURATE_QUEUE)),
    profile: privacyProfile(config.privacy.profile, config.privacy.key),
    backlog: queueBacklog(queues.queue(FETCH_QUEUE), [queues.queue(POISON_QUEUE), queues.queue(CURATE_POISON_QUEUE)]),
    pulse: tablePulse(table),
    graphToken: token,
    certificateEnd: () => certificateEnd(signIn),
    servedAt: url => servedAt(send, url),
    keyRoles: voximplant && voximplantKeyRoles({ ...around, ...voximplant }),
  };
}

function clientsOf(access: Access, signed: SignedIn | undefined, version: string | undefined): StorageClients {
  if ('connectionString' in access) return storageClients(access, undefined, version);
  if (signed === undefined) throw new Error('An address needs a credential');
  return storageClients({ url: access.url, credential: signed.credential }, undefined, version);
}
