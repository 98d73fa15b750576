import { lastDay } from '../../shared/ledger/settling.ts';
import { addDays } from '../../shared/words/day.ts';
import { clockFrom } from '../clock.ts';
import { type CliSetup, startCliSetup } from './cli-setup.ts';

/** Four days of two logs, about which the command line is asked. */

export const [PSTN, SMS] = ['teams-pstn-calls', 'teams-sms'] as const;
/** A Wednesday: the day before it has as many rows as any, and nothing special is near. */
const NOW = clockFrom('2026-03-11T12:00:00.000Z');
export const DAYS = 4;
export const LAST = lastDay(NOW);
export const D: readonly string[] = Array.from({ length: DAYS }, (_, at) => addDays(LAST, at + 1 - DAYS));
export const [D0 = '', D1 = '', D2 = ''] = D;

/** @param rows of a day, about */
export function startFourDays(rows: number): Promise<CliSetup> {
  return startCliSetup(
    { seed: 21, rows, lateShare: 0, changedShare: 0, switches: { auth: 'any' } },
    { LANDLINE_DATASETS: `${PSTN},${SMS}`, LANDLINE_HISTORY_DAYS: String(DAYS) },
  );
}
