import { acceptShrink, askDay, refusedRead } from '../../shared/ledger/asking.ts';
import { rebuild } from '../../shared/verify/rebuild.ts';
import { verify } from '../../shared/verify/verify.ts';
import { DAY_MS, dayOf } from '../../shared/words/day.ts';
import type { DayEntry } from '../../shared/words/ledger.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import type { Actor } from './actor.ts';
import type { Dice } from './dice.ts';
import { type Findings, keyOf } from './findings.ts';
import type { LakeChecks } from './lake-checks.ts';
import type { Stores } from './stores.ts';

/** What a person does now and then, with the functions behind the commands. */

type Action = (actor: Actor) => Promise<void>;

export class Person {
  private readonly stores: Stores;
  private readonly lake: LakeChecks;
  private readonly datasets: readonly Dataset[];
  private readonly findings: Findings;

  constructor(stores: Stores, lake: LakeChecks, datasets: readonly Dataset[], findings: Findings) {
    this.stores = stores;
    this.lake = lake;
    this.datasets = datasets;
    this.findings = findings;
  }

  /**
   * Verifies all that is held. Nothing is ever damaged in these worlds, so nothing may be found damaged.
   *
   * @param quiet whether the ledger must know all of it too
   */
  verify(quiet: boolean): Action {
    return async actor => {
      const [lake, ledger] = [this.stores.lakeOf(actor), this.stores.ledger(actor)];
      const { findings } = await verify({ datasets: this.datasets, lake, ledger, clock: actor.clock });
      // A planner that starts over without a ledger owes only so many days; older partitions wait for a rebuild.
      const firstDay = (name = ''): Day => this.stores.ledgerStore.watermarks.get(name)?.value.firstDay ?? '';
      const found = findings
        // A fault of the storage that kept the partition to itself, not of the partition.
        .filter(({ kind }) => kind !== 'unread' && kind !== 'settling')
        .filter(({ kind, dataset, day = '' }) => kind !== 'unlisted' || (quiet && day >= firstDay(dataset)));
      for (const { kind, message } of found) this.findings.add('12', `verify says ${kind}: ${message}`);
    };
  }

  /** Writes the ledger anew from the partitions, beside everything else. */
  rebuild(): Action {
    return async actor => {
      const [lake, ledger] = [this.stores.lakeOf(actor), this.stores.ledger(actor)];
      await rebuild({ datasets: this.datasets, lake, ledger, clock: actor.clock });
    };
  }

  /** Asks for a day to be read, or accepts a refused read. */
  intervene(dice: Dice): Action {
    return async actor => {
      const [first, ...rest] = this.stores.entries();
      if (first === undefined) return;
      const entry = dice.pick([first, ...rest]);
      if (refusedRead(entry) !== undefined) return this.accept(actor, entry);
      const day = dice.chance(0.8) ? entry.day : dayOf(new Date(actor.clock.now() - DAY_MS));
      await this.ask(entry.dataset, day)(actor);
    };
  }

  ask(name: string, day: Day): Action {
    return async actor => {
      const dataset = this.datasets.find(each => each.name === name);
      if (dataset !== undefined) await askDay(this.stores.ledger(actor), dataset, day, actor.clock.now());
    };
  }

  /** Accepts all that is held back because it is empty: nothing else ever releases it. */
  acceptAll(): Action {
    return async actor => {
      for (const entry of this.stores.entries())
        if (entry.work.suspicion?.reason === 'shrink.emptied') await this.accept(actor, entry);
    };
  }

  private async accept(actor: Actor, entry: DayEntry): Promise<void> {
    const seen = refusedRead(entry);
    const dataset = this.datasets.find(({ name }) => name === entry.dataset);
    if (seen === undefined || dataset === undefined) return;
    this.lake.accepted.add(`${keyOf(entry.dataset, entry.day)}/${seen.fingerprint}`);
    await acceptShrink(this.stores.ledger(actor), dataset, entry.day, seen.fingerprint, actor.clock.now());
  }
}
