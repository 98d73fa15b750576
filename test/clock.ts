/**
 * The clock of a test: this process's, and that of every Node process it starts from then on (the product, the emulator,
 * the command line). So the simulator, the product and what is expected of them have one `now`, which the test chose,
 * and with it the weekday, the month and the year. The machine's clock plays no part: a run over midnight is like any
 * other. Other programs, a browser say, keep the machine's.
 *
 * Loaded by a test that calls `clockFrom`, and preloaded into the processes it starts, which find the clock in
 * `FALSE_CLOCK`: JSON of `FalseClock`. Their timers may run faster than the machine's, so that minutes of silence pass
 * in seconds.
 */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import promises from 'node:timers/promises';

export interface FalseClock {
  /** The machine's time since it was started, in milliseconds, at which the clock showed `virtual`. */
  readonly since: number;
  /** Milliseconds since the epoch. */
  readonly virtual: number;
  readonly scale: number;
}

const VARIABLE = 'FALSE_CLOCK';
const MachineDate = Date;

/** One for all processes of a machine, and it never jumps. */
const uptime = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;

let clock: FalseClock | undefined;

const now = (): number =>
  clock === undefined ? MachineDate.now() : Math.floor(clock.virtual + (uptime() - clock.since) * clock.scale);

/** A clock that begins now. */
export function falseClock(virtual: number, scale = 1): FalseClock {
  return { since: uptime(), virtual, scale };
}

/** What a process that is to have that clock needs in its environment. */
export function environmentOf(clock: FalseClock): Record<string, string> {
  const others = (process.env['NODE_OPTIONS'] ?? '').split(' ').filter(each => each !== '' && each !== PRELOAD);
  return { [VARIABLE]: JSON.stringify(clock), NODE_OPTIONS: [...others, PRELOAD].join(' ') };
}

const PRELOAD = `--import=${import.meta.url}`;

/** Sets the clock. It goes on from there as the machine's does. @returns milliseconds since the epoch */
export function clockFrom(instant: string): number {
  const virtual = MachineDate.parse(instant);
  set(falseClock(virtual));
  return virtual;
}

function set(chosen: FalseClock): void {
  clock = chosen;
  Object.assign(process.env, environmentOf(chosen));
  globalThis.Date = FalseDate;
}

const FalseDate = new Proxy(MachineDate, {
  construct: (target, given: ConstructorParameters<typeof Date> | [], as) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, as),
  apply: () => new MachineDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

/** A timer function whose delay, its second argument, is in the clock's time. */
function hurried<F extends (...given: never[]) => unknown>(wait: F, delayAt: 0 | 1, scale: number): F {
  return new Proxy(wait, {
    apply: (target, self, given: unknown[]) =>
      Reflect.apply(
        target,
        self,
        given.map((each, at) => (at === delayAt && typeof each === 'number' ? each / scale : each)),
      ),
  });
}

function hurry(scale: number): void {
  timers.setTimeout = hurried(timers.setTimeout, 1, scale);
  timers.setInterval = hurried(timers.setInterval, 1, scale);
  promises.setTimeout = hurried(promises.setTimeout, 0, scale);
  globalThis.setTimeout = timers.setTimeout;
  globalThis.setInterval = timers.setInterval;
  syncBuiltinESMExports();
}

const given = process.env[VARIABLE];
if (given !== undefined) {
  const chosen: FalseClock = JSON.parse(given);
  set(chosen);
  if (chosen.scale !== 1) hurry(chosen.scale);
}
