import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** Both in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/**
 * A certificate that nobody vouches for. It is made here because not every machine has openssl: Windows comes without.
 * It holds from 2000 to 2049, on whatever date a test runs.
 *
 * @param hosts IPv4 addresses and names that it is for, beside 127.0.0.1
 */
export function selfSigned(...hosts: readonly string[]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(tlv(0x31, sequence(COMMON_NAME, tlv(0x0c, '127.0.0.1'))));
  const signed = sequence(
    tlv(0xa0, tlv(0x02, [2])),
    tlv(0x02, [1, ...randomBytes(8)]),
    sequence(ECDSA_WITH_SHA256),
    name,
    sequence(tlv(0x17, '000101000000Z'), tlv(0x17, '491231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions(['127.0.0.1', ...hosts]))),
  );
  const signature = sign('sha256', signed, privateKey);
  const cert = sequence(signed, sequence(ECDSA_WITH_SHA256), tlv(0x03, [0, ...signature]));
  const lines = cert.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

/** DER, as X.509 (RFC 5280) wants it: a tag, a length, and what it holds. */
function tlv(tag: number, content: string | Iterable<number>): Buffer {
  const bytes = Buffer.from(typeof content === 'string' ? Buffer.from(content, 'latin1') : [...content]);
  const { length } = bytes;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), bytes]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

const object = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));
const COMMON_NAME = object('550403');
const SUBJECT_ALT_NAME = object('551d11');
const BASIC_CONSTRAINTS = object('551d13');
const ECDSA_WITH_SHA256 = object('2a8648ce3d040302');
const TRUE = tlv(0x01, [0xff]);

/** The hosts, and that it may be trusted by itself. */
function extensions(hosts: readonly string[]): Buffer[] {
  const names = hosts.map(host => (isIPv4(host) ? tlv(0x87, host.split('.').map(Number)) : tlv(0x82, host)));
  return [
    sequence(SUBJECT_ALT_NAME, tlv(0x04, sequence(...names))),
    sequence(BASIC_CONSTRAINTS, TRUE, tlv(0x04, sequence(TRUE))),
  ];
}
