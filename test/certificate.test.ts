import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { selfSigned } from './certificate.ts';

test('a certificate is for this machine and the hosts that are named, and signs for itself', async () => {
  const { cert, key } = await selfSigned('example.com', '192.0.2.7');
  const read = new X509Certificate(cert);
  assert.equal(read.subject, 'CN=127.0.0.1');
  for (const address of ['127.0.0.1', '192.0.2.7']) assert.equal(read.checkIP(address), address);
  assert.equal(read.checkHost('example.com'), 'example.com');
  assert.equal(read.checkHost('example.org'), undefined);
  assert.ok(read.ca && read.checkIssued(read) && read.verify(read.publicKey));
  assert.match(key, /^-----BEGIN PRIVATE KEY-----/);
});
