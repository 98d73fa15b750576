import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { USUAL_PORT } from '../../local/start/options.ts';
import { portFor } from '../../local/start/port.ts';
import { waitFor } from '../wait.ts';

test('when the usual port is taken a free one is, and one that was asked for is not replaced', async t => {
  const server = createServer();
  t.after(() => server.close());
  const listening = once(server, 'listening');
  server.listen(USUAL_PORT, '127.0.0.1');
  // Whoever has it, it is taken.
  await waitFor(
    'the port is taken',
    listening.catch(() => undefined),
  );
  assert.equal(await portFor(undefined), 0);
  await assert.rejects(portFor(USUAL_PORT), /--port 7071: another program on this machine uses it/);
});
