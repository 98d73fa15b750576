/**
 * Preloaded into a worker process (`--import`): its clock and its timers run faster than the machine's, from the instant
 * that `FAST_CLOCK` names, so that minutes of silence pass in seconds. `FAST_CLOCK` is JSON of `FastClock`.
 */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import promises from 'node:timers/promises';

export interface FastClock {
  /** The machine's time at which the worker's time was `virtual`. */
  readonly since: number;
  readonly virtual: number;
  readonly scale: number;
}

const { since, virtual, scale }: FastClock = JSON.parse(
  process.env['FAST_CLOCK'] ?? '{"since":0,"virtual":0,"scale":1}',
);
const MachineDate = Date;
const now = (): number => Math.floor(virtual + (MachineDate.now() - since) * scale);

globalThis.Date = new Proxy(MachineDate, {
  construct: (target, given: ConstructorParameters<typeof Date> | []) =>
    given.length === 0 ? new target(now()) : new target(...given),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

/** A timer function whose delay, its second argument, is in the worker's time. */
function hurried<F extends (...given: never[]) => unknown>(wait: F, delayAt: 0 | 1): F {
  return new Proxy(wait, {
    apply: (target, self, given: unknown[]) =>
      Reflect.apply(
        target,
        self,
        given.map((each, at) => (at === delayAt && typeof each === 'number' ? each / scale : each)),
      ),
  });
}

timers.setTimeout = hurried(timers.setTimeout, 1);
timers.setInterval = hurried(timers.setInterval, 1);
promises.setTimeout = hurried(promises.setTimeout, 0);
globalThis.setTimeout = timers.setTimeout;
globalThis.setInterval = timers.setInterval;
syncBuiltinESMExports();
