import { lastDay } from '../ledger/settling.ts';
import { HOUR_MS, startOf } from '../words/day.ts';
import { type Failure, failureOf } from '../words/errors.ts';
import type { Dataset, Window } from '../words/model.ts';
import type { Check, DoctorPorts, Found, KeyRoles, Learnt, Told } from './finding.ts';
import { QUESTION_MS, WHO } from './finding.ts';
import { grantCommand } from './graph.ts';
import { SKEW_BROKEN_MS } from './planner-and-clock.ts';

/** One real question per dataset, as small as can be: a second of yesterday. Only the number of rows is looked at. */

export const reading: Check = {
  name: 'dataset',
  async look(on, learnt) {
    const findings: Found[] = [];
    for (const dataset of on.config.datasets) findings.push(await ask(dataset, on, learnt));
    const off = on.config.off.map(({ dataset, why }) => ({
      about: dataset,
      result: 'skipped' as const,
      meaning: `It is off: ${why}.`,
    }));
    return [...findings, ...off];
  },
};

async function ask(dataset: Dataset, on: DoctorPorts, learnt: Learnt): Promise<Found> {
  const about = dataset.name;
  if (dataset.source === 'graph' && learnt.token !== true)
    return { about, result: 'skipped', meaning: 'Graph was not asked: there is no token.' };
  const signal = AbortSignal.timeout(QUESTION_MS);
  try {
    const window = secondOf(on.clock.now(), dataset);
    const page = await on.sources[dataset.source].read(dataset, window, undefined, signal);
    return {
      about,
      result: 'fine',
      meaning: `The source answered for one second of ${window.day}: ${page.cut.count} rows.`,
    };
  } catch (thrown) {
    if (signal.aborted)
      return {
        about,
        result: 'warning',
        meaning: `The source did not answer in ${QUESTION_MS / 1_000} s.`,
        next: 'Run landline doctor again in a few minutes. If it lasts, look at the health page of the provider, and whether the app may reach it by https',
        who: WHO.runner,
      };
    const failure = failureOf(thrown);
    if (failure.remedy === 'wait' || failure.remedy === 'retry')
      return { about, result: 'warning', meaning: `${failure.message} Landline tries it again by itself.` };
    const told =
      dataset.source === 'graph' ? graph(failure, dataset, on, learnt) : await voximplant(failure, dataset, on, learnt);
    return { about, result: 'broken', ...told };
  }
}

/** The smallest range that both sources take. */
function secondOf(now: number, dataset: Dataset): Window {
  const day = lastDay(now);
  const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}.0000000Z`;
  const noon = startOf(day) + 12 * HOUR_MS;
  return { day, from: at(noon), to: at(noon + (dataset.overlap === 'second' ? 2_000 : 1_000)) };
}

function graph({ reason, message }: Failure, dataset: Dataset, on: DoctorPorts, learnt: Learnt): Told {
  if (reason === 'auth.forbidden' && learnt.role === 'absent')
    return {
      meaning: `Graph refuses ${dataset.call}, because the role is not in the token.`,
      next: 'Do what the finding graph-token says',
      who: WHO.directory,
    };
  if (reason === 'auth.forbidden') {
    const compare = `open ${dataset.docsUrl} and compare the permissions it lists with the app's (Entra > Enterprise applications > Permissions)`;
    return {
      meaning: learnt.role === 'granted' ? `${message} But the token has the role.` : message,
      next: `${grantCommand(on, learnt)}; if that says that the role is there: ${compare}`,
      who: WHO.directory,
    };
  }
  if (reason === 'auth.rejected')
    return { meaning: message, next: 'Compare LANDLINE_CLOUD with the cloud of the tenant', who: WHO.deployer };
  if (/\b404\b/.test(message))
    return {
      meaning: `${message} A cloud that does not have this function answers so; China (21Vianet) has none of these functions.`,
      next: `Compare LANDLINE_CLOUD with the table of clouds on ${dataset.docsUrl}`,
      who: WHO.deployer,
    };
  return { meaning: message, next: `Open ${dataset.docsUrl}`, who: WHO.runner };
}

/** The key's own codes: the token cannot be checked, or not with this key. */
const KEY_CODES: ReadonlySet<number> = new Set([100, 104, 433, 447]);

/** One code of Voximplant means role, key or clock. A look at the clock and one question more tell them apart. */
async function voximplant(failure: Failure, dataset: Dataset, on: DoctorPorts, learnt: Learnt): Promise<Told> {
  const { reason, message } = failure;
  const skewMs = learnt.skewMs?.voximplant ?? 0;
  if (reason === 'clock.skew' || (reason === 'auth.forbidden' && Math.abs(skewMs) > SKEW_BROKEN_MS))
    return {
      meaning: `The clock: ${message}`,
      next: 'Set the clock by a time server: timedatectl set-ntp true. In Azure, restart the app',
      who: WHO.deployer,
    };
  if (reason === 'auth.rejected') return wrongKey(message);
  if (reason !== 'auth.forbidden') return { meaning: message, next: `Open ${dataset.docsUrl}`, who: WHO.runner };
  const answer = await keyRolesOf(on);
  if (answer === undefined) return { meaning: message, next: ROLE_PAGE, who: WHO.voximplant };
  if (answer.code !== undefined && KEY_CODES.has(answer.code)) return wrongKey('no call is accepted with it');
  if (answer.code !== undefined) return { meaning: message, next: ROLE_PAGE, who: WHO.voximplant };
  const enough = answer.roles.filter(role => dataset.permission.split(/[ ,]+/).includes(role));
  if (enough.length > 0)
    return {
      meaning: `The clock or the key: ${dataset.call} is refused, although the service account of the key has the role ${enough.join(', ')}, which is enough. Signed tokens are refused where this machine's clock is wrong or the key is of another account.`,
      next: `Compare the clock with a time server (timedatectl); if it is right: ${NEW_KEY}`,
      who: WHO.voximplant,
    };
  const has = answer.roles.length === 0 ? 'no role' : `only ${answer.roles.join(', ')}`;
  return {
    meaning: `The role: the key is accepted, but its service account has ${has}. Needed for ${dataset.call}: ${dataset.permission}.`,
    next: ROLE_PAGE,
    who: WHO.voximplant,
  };
}

const ROLE_PAGE =
  'Voximplant control panel > Settings > Service accounts: give the service account of this key a role that is named here';

const NEW_KEY =
  'Voximplant control panel > Settings > Service accounts > Generate key; set the whole file as LANDLINE_VOXIMPLANT_KEY (az keyvault secret set --vault-name <vault> --name voximplant-key --file <file>)';

function wrongKey(why: string): Told {
  return {
    meaning: `The key: ${why}.`.replace(/\.\.$/, '.'),
    next: NEW_KEY,
    who: WHO.voximplant,
  };
}

async function keyRolesOf({ keyRoles }: DoctorPorts): Promise<KeyRoles | undefined> {
  try {
    return await keyRoles?.(AbortSignal.timeout(QUESTION_MS));
  } catch {
    return undefined;
  }
}
