import type { OnReadOpts, Socket } from 'node:net';
import { buildConnector } from 'undici';

/**
 * Connections to a source that receive into two pieces of memory in turn. Left alone, Node makes a new piece for every
 * read, and to collect those took a fifth of the time of a page.
 */

/** Of a response. The sources' heads have one or two kilobytes; 16 is what Node itself takes from a server. */
export const HEAD_BYTES_MAX = 16 * 1024;

/** What one read may bring. */
const PIECE_BYTES = 128 * 1024;

/**
 * HTTP/1.1 only, so that what is tested is what is spoken, whatever else a source offers. Certificates are always
 * checked: left out, `rejectUnauthorized` would be what NODE_TLS_REJECT_UNAUTHORIZED says, and the token would go to
 * anybody.
 */
export function connector(timeoutMs: number): buildConnector.connector {
  return (options, callback) => {
    const secure = { allowH2: false, rejectUnauthorized: true };
    buildConnector({ ...secure, timeout: timeoutMs, onread: intoPieces() })(options, callback);
  };
}

/**
 * What a socket does with what it reads: hands it to its reader, who is done with a chunk when the next one is taken,
 * but for what is `HEAD_BYTES_MAX` or less: undici keeps a head until all of it has arrived.
 */
export function intoPieces(): OnReadOpts {
  let filling = piece();
  let handedOn = piece();
  return {
    buffer: () => filling,
    /** Node calls it as a method of the socket. */
    callback(this: Socket, bytes: number): boolean {
      const chunk = filling.subarray(0, bytes);
      if (bytes <= HEAD_BYTES_MAX) return this.push(Buffer.from(chunk));
      // Who reads more slowly than the source sends keeps what was handed on; that is not written to again.
      const free = this.readableLength === 0 ? handedOn : piece();
      handedOn = filling;
      filling = free;
      return this.push(chunk);
    },
  };
}

function piece(): Buffer {
  return Buffer.allocUnsafeSlow(PIECE_BYTES);
}
