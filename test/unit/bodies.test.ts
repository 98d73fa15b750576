import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Bodies, type Body } from '../../shared/sources/http/bodies.ts';

const MB = 1024 * 1024;

function receive(bodies: Bodies, bytes: number, fill: number, pieces: number, announced: boolean): Body {
  const incoming = bodies.incoming();
  assert.ok(incoming.announce(announced ? bytes : 0));
  const piece = Math.ceil(bytes / pieces);
  for (let at = 0; at < bytes; at += piece) {
    assert.ok(incoming.add(Buffer.alloc(Math.min(piece, bytes - at), fill)));
  }
  return incoming.whole();
}

describe('memory for bodies', () => {
  test('every body keeps what arrived until it is released, whatever others do meanwhile', () => {
    const sizes = [0, 10, 70_000, 800_000, 2 * MB, 3 * MB];
    const step = fc.record({
      bytes: fc.constantFrom(...sizes),
      pieces: fc.integer({ min: 1, max: 5 }),
      announced: fc.boolean(),
      releases: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), steps => {
        const bodies = new Bodies(4 * MB);
        const held: { body: Body; fill: number; bytes: number }[] = [];
        for (const [i, { bytes, pieces, announced, releases }] of steps.entries()) {
          const fill = (i % 250) + 1;
          held.push({ body: receive(bodies, bytes, fill, pieces, announced), fill, bytes });
          for (const gone of held.splice(0, releases)) {
            gone.body.release();
            gone.body.release();
          }
          for (const { body, fill: mark, bytes: length } of held) {
            assert.equal(body.bytes.length, length);
            assert.ok(length === 0 || (body.bytes[0] === mark && body.bytes[length - 1] === mark));
            assert.ok(body.bytes.equals(Buffer.alloc(length, mark)));
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test('memory of a page that was released serves the next page', () => {
    const bodies = new Bodies(32 * MB);
    const first = receive(bodies, 800_000, 1, 12, true);
    first.release();
    const second = receive(bodies, 700_000, 2, 12, true);
    assert.equal(second.bytes.buffer, first.bytes.buffer);
  });

  test('a body that did not come whole, and one that nobody released, take no memory from others', () => {
    const bodies = new Bodies(32 * MB);
    const broken = bodies.incoming();
    assert.ok(broken.announce(800_000));
    assert.ok(broken.add(Buffer.alloc(10)));
    broken.drop();
    const kept = receive(bodies, 800_000, 1, 3, true);
    const next = receive(bodies, 800_000, 2, 3, true);
    assert.notEqual(kept.bytes.buffer, next.bytes.buffer);
  });

  test('a body may be as large as allowed and not larger, whatever is announced', () => {
    const bodies = new Bodies(MB);
    assert.equal(bodies.incoming().announce(MB), true);
    assert.equal(bodies.incoming().announce(MB + 1), false);
    const incoming = bodies.incoming();
    assert.ok(incoming.announce(10));
    assert.equal(incoming.add(Buffer.alloc(MB)), true);
    assert.equal(incoming.add(Buffer.alloc(1)), false);
  });
});
