import type { FaultPlan } from './actor.ts';
import { Dice } from './dice.ts';
import { OPERATION_FAULTS, type Profile, profileOf } from './profile.ts';
import { type Outcome, STARTS_AT, World } from './world.ts';

/** One seed, one world: its profile, its truth, and everything that goes wrong with it. */

export function profileOfSeed(seed: number): Profile {
  return profileOf(new Dice(seed).fork('profile'));
}

export function simulate(seed: number, print?: (line: string) => void): Promise<Outcome> {
  const profile = profileOfSeed(seed);
  const world = new World({
    seed,
    profile,
    faults: ({ dice }, time) => chance(profile, dice, time),
    ...(print && { print }),
  });
  return world.run();
}

/** Injects faults into operations with the profile's probabilities, until faults stop. */
function chance(profile: Profile, dice: Dice, time: { readonly now: number }): FaultPlan {
  const end = STARTS_AT + profile.faultsMs;
  return {
    choose: op => {
      if (time.now >= end) return undefined;
      let roll = dice.next();
      const fault = OPERATION_FAULTS.find(each => {
        roll -= profile.operations[each];
        return roll < 0;
      });
      const short = /^lake\.(read|keep) /.test(op) && roll < profile.short;
      return fault ?? (short ? 'short' : undefined);
    },
  };
}
