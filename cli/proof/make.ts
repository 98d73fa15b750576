import { doubtsOf, firstRowDay } from '../../shared/ledger/doubts.ts';
import { aroundOf } from '../../shared/ledger/seams.ts';
import { isExpired } from '../../shared/ledger/settling.ts';
import { reasonOf } from '../../shared/status/dataset-facts.ts';
import { SHOWN_STATES, type Shown, shownOf } from '../../shared/status/states.ts';
import { counted } from '../../shared/status/text.ts';
import { isTrouble, type Verified } from '../../shared/verify/verify.ts';
import { daysBetween, eachDay, instantOf } from '../../shared/words/day.ts';
import type { DatasetLedger, DayEntry } from '../../shared/words/ledger.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import { VERSION } from '../../shared/words/version.ts';
import { notHeldText, rangeText } from '../not-held-text.ts';
import {
  isFinal,
  keyedFingerprint,
  keyIdOf,
  type Proof,
  type ProvenDay,
  type ProvenGap,
  type ProvenLog,
} from './model.ts';

/** A proof from what the ledger says and what was recounted just now. Pure. */

export interface Evidence {
  readonly from: Day;
  readonly to: Day;
  readonly ledgers: readonly DatasetLedger[];
  readonly verified: Verified;
  readonly settings: Proof['settings'];
  readonly key: Buffer;
  readonly now: number;
}

export function proofOf(evidence: Evidence): Proof {
  const { from, to, ledgers, verified, settings, key, now } = evidence;
  const logs = ledgers.map(ledger => logOf(ledger, evidence));
  const findings = verified.findings.map(({ kind, dataset, day }) => ({
    kind,
    ...(dataset !== undefined && { dataset }),
    ...(day !== undefined && { day }),
  }));
  const complete = logs.length > 0 && !verified.findings.some(isTrouble) && logs.every(({ gaps }) => gaps.length === 0);
  return {
    version: VERSION,
    madeAt: instantOf(now),
    from,
    to,
    complete,
    sentence: sentenceOf(logs, verified.findings.filter(isTrouble).length, daysBetween(from, to) + 1) + earlyOf(logs),
    keyId: keyIdOf(key),
    ...(settings && { settings }),
    recounted: { at: verified.at, days: verified.days, rows: verified.rows, bytes: verified.bytes, findings },
    // verify.ts has: what it found of them is among the findings.
    seams: { compared: true },
    logs,
  };
}

function sentenceOf(logs: readonly ProvenLog[], findings: number, days: number): string {
  if (logs.length === 0) return 'No log is held.';
  const missing = logs.reduce((sum, { gaps }) => sum + gaps.reduce((all, gap) => all + gap.days, 0), 0);
  const final = logs.reduce((sum, log) => sum + log.days.filter(isFinal).length, 0);
  const held = logs.reduce((sum, log) => sum + log.days.length, 0);
  const range = { days, logs: logs.length };
  const wrong = findings === 0 ? '' : ` The recount found ${counted(findings, 'problem')}.`;
  if (missing > 0) {
    const early = logs.reduce((sum, log) => sum + daysBeforeHistory(log), 0);
    return `Not complete: ${notHeldText({ ...range, missing, early })}.${wrong}`;
  }
  if (findings > 0) return `All ${rangeText(range)} are held.${wrong}`;
  const open = held - final;
  const rest = open === 0 ? 'all are final' : `${counted(open, 'day')} may still gain late rows`;
  return `Complete: all ${rangeText(range)} are held and undamaged; ${rest}.`;
}

function daysBeforeHistory({ gaps, firstDay = '' }: ProvenLog): number {
  return gaps.filter(({ to }) => to < firstDay).reduce((sum, { days }) => sum + days, 0);
}

/** Of a source that has forgotten a day, all that comes is an empty page. */
function earlyOf(logs: readonly ProvenLog[]): string {
  const early = logs.reduce((sum, { days }) => sum + days.filter(each => each.doubts?.includes('log.empty')).length, 0);
  if (early === 0) return '';
  const are = early === 1 ? 'is' : 'are';
  return ` ${counted(early, 'empty day')} ${are} before the first day with rows of their log: no proof that there were no rows.`;
}

function logOf({ dataset, watermark, entries }: DatasetLedger, evidence: Evidence): ProvenLog {
  const { from, to } = evidence;
  const byDay = new Map(entries.map(entry => [entry.day, entry]));
  const [around, firstRow] = [aroundOf(byDay, watermark?.firstDay ?? ''), firstRowDay(entries)];
  const days: ProvenDay[] = [];
  const gaps: ProvenGap[] = [];
  for (const at of eachDay(from, to)) {
    const entry = byDay.get(at);
    const doubts = doubtsOf(dataset, at, around, firstRow, evidence.now).map(({ reason }) => reason);
    const proven = entry && dayOf(dataset, entry, doubts, evidence);
    if (proven !== undefined) days.push(proven);
    else addGap(gaps, at, gapOf(dataset, at, entry, watermark?.firstDay, evidence.now));
  }
  const { name, title, source, api, settleDays, rereadHours, lateCheckDays, historyDays } = dataset;
  const { firstDay, landedThrough, settledThrough } = watermark ?? {};
  return {
    dataset: name,
    title,
    source,
    api,
    ...(firstDay !== undefined && { firstDay }),
    ...(landedThrough !== undefined && { landedThrough }),
    ...(settledThrough !== undefined && { settledThrough }),
    settleDays,
    rereadHours,
    lateCheckDays,
    historyDays,
    rows: days.reduce((sum, { rows }) => sum + rows, 0),
    days,
    gaps,
  };
}

function dayOf(
  dataset: Dataset,
  entry: DayEntry,
  doubts: readonly string[],
  { key, verified, now }: Evidence,
): ProvenDay | undefined {
  const { day, held, work } = entry;
  if (held === undefined) return undefined;
  const state = shownOf(dataset, day, entry, now);
  const reason = reasonOf(state, work);
  const finding = verified.findings.find(each => each.dataset === dataset.name && each.day === day);
  return {
    day,
    state,
    rows: held.rows,
    revision: held.revision,
    landedAt: held.landedAt,
    checkedAt: held.checkedAt,
    ...(held.settledAt !== undefined && { settledAt: held.settledAt }),
    rowsOutside: held.rowsOutside,
    rowsNeighbour: held.rowsNeighbour,
    ...(held.forgottenAt !== undefined && { erasedAt: held.forgottenAt }),
    ...(reason !== undefined && { reason }),
    ...(doubts.length > 0 && { doubts: [...doubts] }),
    fingerprint: keyedFingerprint(key, dataset.name, day, held.revision, held.fingerprint),
    recounted: finding?.kind ?? 'whole',
  };
}

type Why = Pick<ProvenGap, 'state' | 'reason' | 'why'>;

function gapOf(dataset: Dataset, day: Day, entry: DayEntry | undefined, firstDay: Day | undefined, now: number): Why {
  if (entry === undefined && (firstDay === undefined || day < firstDay)) {
    const gone = isExpired(dataset, day, now) ? '; the source no longer has it' : '';
    const why = firstDay === undefined ? 'the log was never planned' : `history begins on ${firstDay}`;
    return { state: 'before-history', why: `${why}${gone}` };
  }
  const state = shownOf(dataset, day, entry, now);
  const reason = entry && reasonOf(state, entry.work);
  return { state, ...(reason !== undefined && { reason }), why: meaningOf(state) };
}

function meaningOf(state: Shown): string {
  return SHOWN_STATES.find(each => each.state === state)?.meaning ?? state;
}

/** Neighbouring days with the same cause are one gap. */
function addGap(gaps: ProvenGap[], day: Day, why: Why): void {
  const last = gaps.at(-1);
  const same = last !== undefined && last.state === why.state && last.reason === why.reason && last.why === why.why;
  if (same && daysBetween(last.to, day) === 1) gaps[gaps.length - 1] = { ...last, to: day, days: last.days + 1 };
  else gaps.push({ from: day, to: day, days: 1, ...why });
}
