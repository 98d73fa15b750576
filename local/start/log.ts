import { createWriteStream, type WriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { HOUR_MS } from '../../shared/words/day.ts';
import type { LogLine } from '../host.ts';
import { eventOf } from './events.ts';

/** The log of a run: everything that the host says, but for plans in which nothing was done. */

export function logFile(folder: string): string {
  return join(folder, 'start.log');
}

/** Keeps the log of the run before as `start.log.1`. */
export async function openLog(folder: string): Promise<RunLog> {
  const file = logFile(folder);
  await rename(file, `${file}.1`).catch(() => undefined);
  return new RunLog(createWriteStream(file));
}

export class RunLog {
  private readonly file: WriteStream;
  private readonly plans = new IdlePlans();

  constructor(file: WriteStream) {
    this.file = file;
    // The log is a convenience: a full disk shows in the emulator first.
    this.file.on('error', () => undefined);
  }

  write(line: LogLine): void {
    for (const { time, level, functionName, message } of this.plans.worthWriting(line))
      this.file.write(`${time.toISOString()} ${level} ${functionName ?? 'host'} ${message}\n`);
  }

  async close(): Promise<void> {
    this.file.end();
    await finished(this.file).catch(() => undefined);
  }
}

/** The planner runs every few seconds here, and has nothing to do most of the time. */
export class IdlePlans {
  /** Lines of each plan that has done nothing so far, by its invocation. */
  private readonly held = new Map<string, LogLine[]>();
  private writtenAt = Number.NEGATIVE_INFINITY;

  /**
   * @returns the lines to write now: none while a plan has done nothing, all of it once it has done something, and one
   * such plan an hour at its end, so that the log shows that it runs
   */
  worthWriting(line: LogLine): readonly LogLine[] {
    const { functionName, invocationId = '', message } = line;
    if (functionName !== 'plan') return [line];
    const begins = message.startsWith('Executing ');
    const held = begins ? [] : this.held.get(invocationId);
    if (held === undefined) return [line];
    held.push(line);
    this.held.set(invocationId, held);
    const ends = message.startsWith('Executed ');
    const idle = line.level === 'information' && (begins || ends || isIdle(line));
    if (idle && !ends) return [];
    this.held.delete(invocationId);
    const now = line.time.getTime();
    if (idle && now < this.writtenAt + HOUR_MS) return [];
    this.writtenAt = now;
    return held;
  }
}

function isIdle(line: LogLine): boolean {
  const event = eventOf(line);
  return event?.event === 'coverage reported' || (event?.event === 'plan made' && event.queued === 0);
}
