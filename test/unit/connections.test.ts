import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { HEAD_BYTES_MAX, intoPieces } from '../../shared/sources/http/connections.ts';
import { sender } from '../../shared/sources/http/send.ts';
import { close, listen, WAIT_MS } from '../wait.ts';

interface Listening extends AsyncDisposable {
  readonly port: number;
}

async function listening(onConnection: (socket: Socket) => void): Promise<Listening> {
  const server = createServer({ noDelay: true });
  const sockets = new Set<Socket>();
  server.on('connection', socket => {
    sockets.add(socket.on('error', () => {}));
    onConnection(socket);
  });
  return {
    port: await listen(server),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await close(server);
    },
  };
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/** Reads to the end; before it takes what is there, it lets as many turns of the event loop pass as it is told to. */
async function readSlowly(socket: Socket, pauses: readonly number[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let at = 0;
  let ended = false;
  socket.once('end', () => {
    ended = true;
  });
  const limit = AbortSignal.timeout(WAIT_MS);
  while (!ended) {
    assert.ok(!limit.aborted, `the socket ends; ${chunks.length} chunks came`);
    for (let i = pauses[at++ % pauses.length] ?? 0; i > 0; i--) await turn();
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) chunks.push(Buffer.from(chunk));
    await turn();
  }
  return Buffer.concat(chunks);
}

/** Bytes of which no two stretches are alike. */
function varied(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) bytes[at] = Math.imul(at, 0x9e3779b1) >>> 24;
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('connections that receive into their own memory', () => {
  test('a reader gets every byte in order, however slowly it reads', async () => {
    const writes = fc.array(fc.constantFrom(1, HEAD_BYTES_MAX, 9_000, 20_000, 700_000), {
      minLength: 1,
      maxLength: 12,
    });
    const pauses = fc.array(fc.nat(12), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(writes, pauses, async (sizes, slowness) => {
        const sent = varied(sizes.reduce((sum, size) => sum + size, 0));
        await using server = await listening(async socket => {
          let at = 0;
          for (const size of sizes) {
            socket.write(sent.subarray(at, at + size));
            at += size;
            await turn();
          }
          socket.end();
        });
        const socket = connect({ port: server.port, host: '127.0.0.1', onread: intoPieces() });
        const received = await readSlowly(socket, slowness);
        socket.destroy();
        assert.equal(received.length, sent.length);
        assert.equal(sha256(received), sha256(sent));
      }),
      { numRuns: 30 },
    );
  });

  test('a head that comes line by line, or byte by byte, is read whole, and the body behind it too', async () => {
    const body = varied(1_000_000);
    const marks = Array.from({ length: 40 }, (_, i) => String(i).padEnd(50, 'm'));
    const lines = [
      'HTTP/1.1 200 OK',
      `Content-Length: ${body.length}`,
      ...marks.map((mark, i) => `X-${i}: ${mark}`),
      '',
    ];
    const head = lines.map(line => `${line}\r\n`);
    for (const pieces of [head, [...head.join('')]]) {
      await using server = await listening(socket => {
        socket.on('data', async () => {
          for (const piece of pieces) {
            socket.write(piece);
            await turn();
          }
          socket.write(body);
        });
      });
      const send = sender();
      for (let i = 0; i < 2; i++) {
        const request = { method: 'GET', url: new URL(`http://127.0.0.1:${server.port}/`), headers: {} } as const;
        const answer = await send(request, AbortSignal.timeout(WAIT_MS));
        assert.deepEqual(
          marks.map((_, number) => answer.header(`x-${number}`)),
          marks,
        );
        assert.equal(sha256(answer.body), sha256(body));
        answer.release();
      }
    }
  });

  const told: readonly (readonly [what: string, answer: string, message: RegExp])[] = [
    [
      'a head that is longer than any of a source',
      `HTTP/1.1 200 OK\r\nX-Long: ${'m'.repeat(2 * HEAD_BYTES_MAX)}\r\n\r\n`,
      /sent more than 16 KB of headers, .* \(UND_ERR_HEADERS_OVERFLOW\)\. If it stays so, look for a proxy/,
    ],
    [
      'an answer that is not HTTP',
      'SSH-2.0-OpenSSH\r\n',
      /is not HTTP \(HTTPParserError\)\. If it stays so, look for a proxy/,
    ],
  ];
  for (const [what, answer, message] of told)
    test(`${what} is refused, and says where to look`, async () => {
      await using server = await listening(socket => {
        socket.on('data', () => socket.write(answer));
      });
      const request = { method: 'GET', url: new URL(`http://127.0.0.1:${server.port}/`), headers: {} } as const;
      await assert.rejects(sender()(request, AbortSignal.timeout(WAIT_MS)), { reason: 'source.unreachable', message });
    });
});
