import { instantOf } from '../words/day.ts';
import { eventFieldsOf, failureOf } from '../words/errors.ts';
import type { Instant } from '../words/model.ts';
import type { Clock } from '../words/ports.ts';
import { VERSION } from '../words/version.ts';
import { certificate } from './certificate.ts';
import { findingsOfConfig, findingsOfSecrets } from './configuration.ts';
import { reading } from './datasets.ts';
import type { Check, CheckResult, DoctorPorts, Found, Learnt, Result } from './finding.ts';
import { WHO } from './finding.ts';
import { graphToken } from './graph.ts';
import { RUNNING } from './planner-and-clock.ts';
import { STORAGE } from './storage.ts';

export type { CheckResult, DoctorPorts, Result } from './finding.ts';

/** `landline doctor`: everything that can be wrong around Landline, looked at once, each with its next step. */

export interface Diagnosis {
  readonly format: 1;
  /** Of what looked: the app, or the sources of the command line. */
  readonly version: string;
  readonly asOf: Instant;
  /** The worst result. */
  readonly result: Result;
  readonly findings: readonly CheckResult[];
}

/** The order is that of cause and effect: the token says who the identity is, the clock explains refused tokens. */
const CHECKS: readonly Check[] = [graphToken, certificate, ...STORAGE, ...RUNNING, reading];

/**
 * Looks at everything. Never throws, and changes nothing.
 *
 * @param open reads the configuration; throws `config.invalid` when it is not usable
 * @param site name of the Function App, for commands
 */
export async function diagnose(open: () => DoctorPorts, clock: Clock, site: string): Promise<Diagnosis> {
  const findings = await findingsOf(open, site);
  const worst: readonly Result[] = ['broken', 'warning', 'fine'];
  const result = worst.find(each => findings.some(finding => finding.result === each)) ?? 'fine';
  return { format: 1, version: VERSION, asOf: instantOf(clock.now()), result, findings };
}

async function findingsOf(open: () => DoctorPorts, site: string): Promise<CheckResult[]> {
  let on: DoctorPorts;
  try {
    on = open();
  } catch (thrown) {
    const skipped = CHECKS.map(({ name }): CheckResult => {
      return { check: name, result: 'skipped', meaning: 'The configuration has to be corrected first.' };
    });
    return [...findingsOfConfig(failureOf(thrown).message, site), ...skipped];
  }
  const learnt: Learnt = { site };
  const { datasets, cloud, plainSecrets } = on.config;
  const meaning = `The configuration is whole: ${datasets.length} datasets, cloud ${cloud.name}.`;
  const whole: CheckResult = { check: 'configuration', result: 'fine', meaning };
  const findings = [whole, ...findingsOfSecrets(plainSecrets, site)];
  for (const check of CHECKS) {
    try {
      for (const found of await check.look(on, learnt)) findings.push({ check: check.name, ...found });
    } catch (thrown) {
      findings.push({ check: check.name, ...stumbled(thrown) });
    }
  }
  return findings;
}

/** The finding for an error that a check did not foresee; checks make findings of all others themselves. */
function stumbled(thrown: unknown): Found {
  const { message, cause } = eventFieldsOf(thrown);
  const evidence = cause === undefined ? '' : `, with: ${cause}`;
  const next = `Run landline doctor again. If it says the same, report it as a bug${evidence}`;
  return { result: 'broken', meaning: message, next, who: WHO.runner };
}
