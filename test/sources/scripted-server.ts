import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { close, listen } from '../wait.ts';

/** A source that says what it is told to, for bodies and headers that no simulator would make up. */

export interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** From 0. */
  readonly turn: number;
  readonly origin: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export interface Scripted {
  readonly origin: string;
  readonly asked: readonly Asked[];
  stop(): Promise<void>;
}

/** @param reply `silent`: nothing is ever answered */
export async function startScripted(reply: (asked: Asked) => Reply | 'silent'): Promise<Scripted> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', part => parts.push(part));
    request.on('end', () => {
      const { url: path = '', headers } = request;
      const one = { path, headers, body: Buffer.concat(parts).toString(), turn: asked.length, origin: originOf() };
      asked.push(one);
      const answer = reply(one);
      if (answer === 'silent') return;
      const { status = 200, headers: more = {}, body } = answer;
      response.writeHead(status, { 'content-type': 'application/json', ...more }).end(body);
    });
  });
  const originOf = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await listen(server);
  return {
    origin: originOf(),
    asked,
    stop: () => close(server),
  };
}

/** Runs with a server that answers so, and stops it. */
export async function answering<T>(reply: (asked: Asked) => Reply, run: (server: Scripted) => Promise<T>): Promise<T> {
  const server = await startScripted(reply);
  try {
    return await run(server);
  } finally {
    await server.stop();
  }
}
