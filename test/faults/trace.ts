import { hashOf } from './dice.ts';

/** What happened, as a hash that two runs of one seed must share, and as lines when somebody wants to read it. */
export class Trace {
  hash = 0;
  lines = 0;
  private readonly print: ((line: string) => void) | undefined;
  private readonly startedAt: number;

  constructor(startedAt: number, print?: (line: string) => void) {
    this.startedAt = startedAt;
    this.print = print;
  }

  note(now: number, line: string): void {
    this.hash = hashOf(line, (this.hash ^ (now - this.startedAt)) >>> 0);
    this.lines += 1;
    if (this.print !== undefined) this.print(`${new Date(now).toISOString().slice(5, 23)} ${line}`);
  }
}
