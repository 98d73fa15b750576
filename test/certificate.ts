import { isIPv4 } from 'node:net';
import { generate } from 'selfsigned';

/** Both in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/**
 * A certificate that nobody vouches for, made in this process because not every machine has openssl: Windows comes
 * without. It holds from 2000 to 2049, on whatever date a test runs.
 *
 * @param hosts IPv4 addresses and names that it is for, beside 127.0.0.1
 */
export async function selfSigned(...hosts: readonly string[]): Promise<Certificate> {
  const altNames = ['127.0.0.1', ...hosts].map(host =>
    isIPv4(host) ? { type: 7 as const, ip: host } : { type: 2 as const, value: host },
  );
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date('2000-01-01'),
    notAfterDate: new Date('2049-12-31'),
    extensions: [
      { name: 'subjectAltName', altNames },
      { name: 'basicConstraints', cA: true, critical: true },
    ],
  });
  return { key, cert };
}
