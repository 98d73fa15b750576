import { PLANNER_SILENT_MS } from '../ledger/alarms.ts';
import { MINUTE_MS } from '../words/day.ts';
import type { SourceName } from '../words/model.ts';
import type { Check, DoctorPorts, Found } from './finding.ts';
import { UNDONE_BY_DEPLOYMENT, WHO } from './finding.ts';

/** Whether the app runs at all, and whether its clock is right. */

const planner: Check = {
  name: 'planner',
  async look({ config, pulse, clock }, { site }) {
    if (config.planSchedule === undefined) {
      const meaning = 'PLAN_SCHEDULE is not set, and the host has no schedule of its own: nothing is ever planned.';
      const set = `az functionapp config appsettings set --name ${site} --resource-group <group> --settings "PLAN_SCHEDULE=0 */5 * * * *"; ${UNDONE_BY_DEPLOYMENT}`;
      return [{ result: 'broken', meaning, next: set, who: WHO.deployer }];
    }
    const next = `Portal: Function App ${site} > Functions > plan: is it enabled, and what do its invocations say? The setting PLAN_SCHEDULE must be there, and AzureWebJobs.plan.Disabled must not be true`;
    let last: string | undefined;
    try {
      last = await pulse.last();
    } catch {
      return [{ result: 'skipped', meaning: 'The ledger cannot be read.' }];
    }
    if (last === undefined)
      return [{ result: 'warning', meaning: 'The planner has not run to its end yet.', next, who: WHO.deployer }];
    const silentMs = clock.now() - Date.parse(last);
    const meaning = `The planner ran ${Math.round(silentMs / MINUTE_MS)} minutes ago.`;
    if (silentMs <= PLANNER_SILENT_MS) return [{ result: 'fine', meaning }];
    return [{ result: 'broken', meaning: `${meaning} Nothing new is landed.`, next, who: WHO.deployer }];
  },
};

/** Tokens for Voximplant are backdated by 15 s: if the clock is ahead by more, they are tokens from the future. */
const SKEW_WARNING_MS = 10_000;
export const SKEW_BROKEN_MS = 15_000;

const clock: Check = {
  name: 'clock',
  async look(on, learnt) {
    const { config } = on;
    const asked: [SourceName, string][] = [['graph', config.cloud.graph]];
    if (config.voximplant !== undefined) asked.push(['voximplant', config.voximplant.url]);
    learnt.skewMs = {};
    const findings: Found[] = [];
    for (const [source, url] of asked) {
      const skewMs = await skewAgainst(url, on);
      if (!Number.isNaN(skewMs)) learnt.skewMs[source] = skewMs;
      findings.push(clockFinding(source, url, skewMs));
    }
    return findings;
  },
};

/** The header has whole seconds, so half a second is added; our time is the middle between request and answer. */
async function skewAgainst(url: string, { servedAt, clock }: DoctorPorts): Promise<number> {
  const before = clock.now();
  const served = await servedAt(url);
  return (before + clock.now()) / 2 - (served + 500);
}

function clockFinding(about: SourceName, url: string, skewMs: number): Found {
  const host = new URL(url).host;
  if (Number.isNaN(skewMs)) {
    const next = `From the same network: curl --head https://${host}. Outbound https to it must be allowed`;
    return { about, result: 'broken', meaning: `${host} cannot be reached.`, next, who: WHO.deployer };
  }
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  if (Math.abs(skewMs) < SKEW_WARNING_MS)
    return { about, result: 'fine', meaning: `The clock agrees with ${host} to ${seconds} s.` };
  const meaning = `The clock of this machine is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} ${host}: signed tokens are refused, and days land too early or too late.`;
  const next =
    'Set the clock by a time server: timedatectl set-ntp true. In Azure, restart the app to get another machine';
  return { about, result: Math.abs(skewMs) < SKEW_BROKEN_MS ? 'warning' : 'broken', meaning, next, who: WHO.deployer };
}

export const RUNNING: readonly Check[] = [planner, clock];
