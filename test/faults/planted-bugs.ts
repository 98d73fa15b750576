/**
 * Rules to break, one at a time: one exact piece of a file, and what stands in its place. The real code runs
 * with that change, so a bug here is one that a careless commit could make.
 */
export interface PlantedBug {
  readonly name: string;
  /** In the repository. Two are of the stores' double: what it leaves out, the stores would leave out. */
  readonly file: string;
  /** Must stand there exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Where the search for a seed begins, of a bug that few seeds show. */
  readonly from?: number;
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'commit without If-Match',
    file: 'test/doubles/memory-lake.ts',
    find: 'if (blob.committed?.etag !== replaces) {',
    replace: 'if (blob.committed?.receipt.ticket === receipt.ticket) {',
    from: 391,
  },
  {
    name: 'commit names no version to replace',
    file: 'shared/commit/commit.ts',
    find: 'commit.segments, receipt, replaces?.etag)',
    replace: 'commit.segments, receipt, undefined)',
  },
  {
    name: 'a copy to history that came short is believed',
    file: 'shared/rows/recount.ts',
    find: 'if (passed === bytes) return;',
    replace: 'if (passed <= bytes) return;',
  },
  {
    name: 'no ticket check in the claim',
    file: 'shared/fetch/claim.ts',
    find: `if (state !== 'queued' || ticket !== message.ticket) return undefined;`,
    replace: `if (state === 'idle') return undefined;`,
  },
  {
    name: 'no shrink guard',
    file: 'shared/fetch/guards.ts',
    find: 'if (missing && work.accepted',
    replace: 'if (read.rows < 0 && work.accepted',
  },
  {
    name: 'one witness is enough',
    file: 'shared/fetch/guards.ts',
    find: `if (shrink.reason === 'shrink.emptied' || !witnessed)`,
    replace: `if (shrink.reason === 'shrink.emptied' || shrink.since === now)`,
    from: 79,
  },
  {
    name: 'an emptied day is believed',
    file: 'shared/fetch/guards.ts',
    find: `if (shrink.reason === 'shrink.emptied' || !witnessed)`,
    replace: 'if (!witnessed)',
  },
  {
    name: 'watermark = newest day',
    file: 'shared/ledger/watermark.ts',
    find: 'if (entry === undefined || !passes(entry)) break;',
    replace: 'if (entry === undefined || !passes(entry)) continue;',
  },
  {
    name: 'settled at once, never read again',
    file: 'shared/ledger/settling.ts',
    find: 'return now >= endOf(day) + dataset.settleDays * DAY_MS;',
    replace: 'return now >= endOf(day);',
  },
  {
    name: 'settled by the read that changed it',
    file: 'shared/commit/commit.ts',
    find: 'known?.settledAt ?? (known && maySettle(dataset, day, now)',
    replace: '(maySettle(dataset, day, now)',
  },
  {
    name: 'no late check',
    file: 'shared/ledger/owed.ts',
    find: 'if (now < lateCheckAt + DAY_OVER_MS ||',
    replace: 'if (now > 0 ||',
  },
  {
    name: 'ledger before blob',
    file: 'shared/fetch/conclude.ts',
    find: `  await claim.beat(on.clock.now());
  const receipt`,
    replace: `  const at = instantOf(on.clock.now());
  await claim.save({ ...claim.entry, held: { revision, rows: read.rows, bytes: reading.bytes, pages: reading.pages,
    fingerprint: read.fingerprint, landedAt: at, checkedAt: at, rowsAdded: 0, rowsChanged: 0, rowsRemoved: 0,
    rowsOutside: 0, rowsNeighbour: 0, curatedRevision: 0 } });
  const receipt`,
  },
  {
    name: 'no duplicate check',
    file: 'shared/fetch/reading.ts',
    find: 'if (!this.keys.add(keys, row, tag)) this.duplicates += 1;',
    replace: 'if (!this.keys.add(keys, row, tag)) this.whole = false;',
  },
  {
    name: 'stated totals are not compared',
    file: 'shared/fetch/guards.ts',
    find: 'if (stated !== undefined &&',
    replace: 'if (stated === -1 &&',
    from: 379,
  },
  {
    name: 'checkpoint saved before staging',
    file: 'shared/fetch/read-pages.ts',
    find: `  await allStaged(attempt, on);
  await claim.beat(`,
    replace: '  await claim.beat(',
  },
  {
    name: 'lines are put into a block that is being staged',
    file: 'shared/fetch/staging.ts',
    find: '.finally(() => this.memory.give(block));',
    replace: '; this.memory.give(block);',
  },
  {
    name: 'a page is given back before its lines are copied',
    file: 'shared/fetch/read-pages.ts',
    find: 'await staging.add(reading.take(page, odd));',
    replace: `const lines = reading.take(page, odd);
  page.release();
  await staging.add(lines);`,
  },
  {
    name: 'progress is saved although its last block failed',
    file: 'shared/fetch/end-early.ts',
    find: '        return saved;\n      },\n',
    replace: '        return reading.checkpoint(staging.segments);\n      },\n',
  },
  {
    name: 'the last block is left behind',
    file: 'shared/fetch/conclude.ts',
    find: '  await allStaged(attempt, on);\n',
    replace: '',
  },
  {
    name: 'old cursors are trusted',
    file: 'shared/fetch/reading.ts',
    find: 'now <= Date.parse(cursorAt) + CURSOR_MS',
    replace: 'now >= 0',
  },
  {
    name: 'no history copy',
    file: 'shared/commit/commit.ts',
    find: `(await lake.keep(dataset.name, window.day, replaces)) === 'superseded'`,
    replace: 'replaces.bytes < 0',
  },
  {
    name: 'rows of the overlap kept twice',
    file: 'shared/fetch/reading.ts',
    find: 'if (!stays) kept[each.row] = LENT;',
    replace: 'if (!stays) this.outside += 0;',
  },
  {
    name: 'the gate is not looked at',
    file: 'shared/ledger/gate.ts',
    find: 'if (gate === undefined || hasCome(',
    replace: 'if (gate === undefined || clock.now() > 0 || hasCome(',
  },
  {
    name: 'a shorter wait opens the gate',
    file: 'shared/ledger/gate.ts',
    find: 'if (believed && found.value.notBefore >= gate.notBefore) return;',
    replace: '',
  },
  {
    name: 'planner ignores the etag',
    file: 'shared/plan/tick.ts',
    find: 'on.ledger.putDay(entry, found?.etag)',
    replace: 'on.ledger.putDay(entry, (await on.ledger.day(dataset.name, day))?.etag)',
  },
  {
    name: 'takeover without raising the ticket',
    file: 'shared/ledger/entry.ts',
    find: `      state: 'queued',
      ticket: work.ticket + 1,`,
    replace: `      state: 'queued',
      ticket: work.ticket + (work.state === 'fetching' ? 0 : 1),`,
  },
  {
    name: 'claim without raising the ticket',
    file: 'shared/ledger/entry.ts',
    find: `state: 'fetching', ticket: work.ticket + 1,`,
    replace: `state: 'fetching', ticket: work.ticket,`,
  },
  {
    name: 'a lost message is never noticed',
    file: 'shared/ledger/owed.ts',
    find: `? 'lost-message' : undefined`,
    replace: '? undefined : undefined',
  },
  {
    name: 'a silent worker is never taken over',
    file: 'shared/ledger/owed.ts',
    find: `? 'takeover' : undefined`,
    replace: '? undefined : undefined',
  },
  {
    name: 'takeover of workers that are alive',
    file: 'shared/ledger/owed.ts',
    find: `hasCome(msOf(work.heartbeat) + SILENT_MS, now) ? 'takeover'`,
    replace: `hasCome(msOf(work.heartbeat) + 2_000, now) ? 'takeover'`,
  },
  {
    name: 'failed days are never retried',
    file: 'shared/ledger/owed.ts',
    find: `hasCome(msOf(work.retryAt), now) ? 'failed'`,
    replace: `now < 0 ? 'failed'`,
  },
  {
    name: 'cursor dropped on continuation',
    file: 'shared/fetch/reading.ts',
    find: 'this.cursor = from.cursor;',
    replace: 'this.cursor = undefined;',
  },
  {
    name: 'digest not resumed',
    file: 'shared/fetch/reading.ts',
    find: 'new Digest(from?.digest)',
    replace: 'new Digest()',
  },
  {
    name: 'segments of earlier workers forgotten',
    file: 'shared/fetch/reading.ts',
    find: 'this.segments = from.segments;',
    replace: '',
  },
  {
    name: 'keys not resumed',
    file: 'shared/fetch/reading.ts',
    find: `if (from !== undefined) this.keys.addAll(Buffer.from(from.recentKeys, 'base64'));`,
    replace: '',
    from: 224,
  },
  {
    name: 'a superseded worker goes on',
    file: 'shared/fetch/claim.ts',
    find: 'if (etag === undefined) throw new Superseded();',
    replace: 'if (etag === undefined) return;',
  },
  {
    name: 'a held-back day is forgotten by the ledger',
    file: 'shared/fetch/conclude.ts',
    find: 'await claim.save(done(claim.entry, held && { ...held, checkedAt: instantOf(now) }, suspicion));',
    replace: 'await claim.save(done(claim.entry, before, suspicion));',
  },
  {
    name: 'a day is landed before it is over',
    file: 'shared/ledger/settling.ts',
    find: 'export const DAY_OVER_MS = HOUR_MS;',
    replace: 'export const DAY_OVER_MS = -12 * HOUR_MS;',
  },
  {
    name: 'no bound on days in flight',
    file: 'shared/plan/plan.ts',
    find: 'const room = open ?',
    replace: 'const room = open ? 99 : now < 0 ?',
  },
  {
    name: 'revisions numbered by the ledger alone',
    file: 'shared/commit/commit.ts',
    find: 'return Math.max(last, Math.min(known, last + LOST_MAX)) + 1;',
    replace: 'return (last < -LOST_MAX ? last : known) + 1;',
  },
  {
    name: 'changes are not counted again after a lost note',
    file: 'shared/commit/commit.ts',
    find: 'known ?? noted.changes ??',
    replace: 'known ?? before ?? noted.changes ??',
  },
  {
    name: 'missing rows are told by their number',
    file: 'shared/fetch/guards.ts',
    find: ': difference.vanished > 0;',
    replace: ': read.rows < (held?.rows ?? 0);',
  },
  {
    name: 'what earlier workers compared is forgotten',
    file: 'shared/commit/compare.ts',
    find: 'this.met = from?.met ?? 0;',
    replace: 'this.met = 0;',
  },
  {
    name: 'loans are forgotten',
    file: 'shared/fetch/lent-rows.ts',
    find: 'if (more + stays > 0) this.far',
    replace: 'if (stays > 0) this.far',
  },
  {
    name: 'a loan never stays where it came',
    file: 'shared/fetch/lent-rows.ts',
    find: '(wasOpen && readSince) ?',
    replace: '(wasOpen && now < 0) ?',
  },
  {
    name: 'a row stays although its own day has it',
    file: 'shared/fetch/lent-rows.ts',
    find: `if (listed || rows?.tagOf(keys, row) !== undefined) return 'left';`,
    replace: `if (listed && now < 0) return 'left';`,
  },
  {
    name: 'a row without a time stays wherever it comes',
    file: 'shared/fetch/lent-rows.ts',
    find: 'return !there;',
    replace: 'return !there || row >= 0;',
  },
  {
    name: 'a day with such a row settles before the day before was read again',
    file: 'shared/ledger/seams.ts',
    find: `!== '' && landedAt > before.at;`,
    replace: `!== '' && landedAt < '';`,
    from: 368,
  },
  {
    name: 'a page that carries an error is a page',
    file: 'shared/sources/page-body.ts',
    find: 'if (ERROR_NAME.test(name) && value !== null) throw failedWith',
    replace: 'if (ERROR_NAME.test(name) && value === dataset) throw failedWith',
    from: 49,
  },
  {
    name: 'an error behind the body is not looked at',
    file: 'shared/sources/page-body.ts',
    find: `if (response.header('odata-error') !== undefined) throw`,
    replace: `if (response.header('odata-error') === '') throw`,
    from: 453,
  },
  {
    name: 'a result that says that it is cut is whole',
    file: 'shared/sources/page-body.ts',
    find: `if ((value === true || value === 'true') && CUT_NAME`,
    replace: `if (value === dataset && CUT_NAME`,
    from: 200,
  },
  {
    name: 'of a divided window the first part is all',
    file: 'shared/fetch/window-parts.ts',
    find: 'if (this.index + 1 >= this.count) return false;',
    replace: 'if (this.index >= 0) return false;',
    from: 72,
  },
];
