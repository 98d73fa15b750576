import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Staging } from '../../shared/fetch/staging.ts';
import { BufferPool } from '../../shared/rows/buffer-pool.ts';

/** A store that takes its time: it keeps what it was given as it is when it looks at last. */
function slowStore(turns: readonly number[]) {
  const staged: string[] = [];
  let underway = 0;
  let most = 0;
  const stage = async (number: number, content: Uint8Array): Promise<void> => {
    underway += 1;
    most = Math.max(most, underway);
    for (let turn = 0; turn < (turns[number % turns.length] ?? 0); turn++) await Promise.resolve();
    staged[number] = Buffer.from(content).toString();
    underway -= 1;
  };
  return { stage, staged, most: () => most };
}

/** A store that answers when it is told to. */
function waitingStore() {
  const given: Buffer[] = [];
  const resolves: (() => void)[] = [];
  const stage = (_: number, content: Uint8Array): Promise<void> => {
    given.push(Buffer.from(content.buffer, content.byteOffset, content.byteLength));
    return new Promise(resolve => resolves.push(resolve));
  };
  return { stage, given, answer: (number: number) => resolves[number]?.() };
}

const EARLIER = [{ ticket: 3, count: 2 }];

describe('staging', () => {
  test('all lines are staged in order, in blocks that are as large as they may be, two at a time', async () => {
    const lines = fc.array(fc.string({ minLength: 1, maxLength: 30 }), { maxLength: 40 });
    const turns = fc.array(fc.nat(20), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(lines, turns, fc.integer({ min: 1, max: 80 }), async (texts, slowness, blockBytes) => {
        const store = slowStore(slowness);
        const staging = new Staging(EARLIER, 7, store.stage, new BufferPool(blockBytes, 2));
        for (const text of texts) {
          const memory = Buffer.from(text);
          await staging.add(memory);
          // The caller's memory is its own again.
          memory.fill('?');
        }
        await staging.flush();
        assert.equal(store.staged.join(''), texts.join(''));
        assert.ok(store.most() <= 2);
        assert.deepEqual(staging.segments, [
          ...EARLIER,
          ...(texts.length === 0 ? [] : [{ ticket: 7, count: store.staged.length }]),
        ]);
        const sizes = store.staged.map(block => Buffer.byteLength(block));
        assert.ok(sizes.slice(0, -1).every(bytes => bytes === blockBytes));
        assert.ok(sizes.slice(-1).every(bytes => bytes > 0 && bytes <= blockBytes));
      }),
    );
  });

  test('lines can be added while two blocks are being staged, until the next one is full', async () => {
    const { stage, given, answer } = waitingStore();
    const staging = new Staging([], 1, stage, new BufferPool(4, 2));
    for (const text of ['aaa\n', 'bbb\n', 'ccc']) await staging.add(Buffer.from(text));
    assert.deepEqual(given.map(String), ['aaa\n', 'bbb\n']);
    const added = staging.add(Buffer.from('\n'));
    await new Promise(setImmediate);
    assert.equal(given.length, 2);
    answer(0);
    await added;
    assert.deepEqual(given.map(String).slice(1), ['bbb\n', 'ccc\n']);
    const flushed = staging.flush();
    answer(1);
    answer(2);
    await flushed;
  });

  test('a block that fails is told by whatever comes next, and settles without a word', async () => {
    const stage = (): Promise<void> => Promise.reject(new Error('the store is full'));
    for (const next of ['add', 'flush'] as const) {
      const staging = new Staging([], 1, stage, new BufferPool(1, 2));
      for (const text of ['a', 'b']) await staging.add(Buffer.from(text));
      await new Promise(setImmediate);
      await assert.rejects(next === 'add' ? staging.add(Buffer.from('c')) : staging.flush(), /the store is full/);
    }
  });

  test('without lines nothing is staged, and what others staged is all there is', async () => {
    const staging = new Staging(EARLIER, 7, () => assert.fail('nothing to stage'), new BufferPool(8, 2));
    await staging.add(Buffer.alloc(0));
    await staging.flush();
    assert.deepEqual(staging.segments, EARLIER);
  });

  test('memory is given back when its block is staged, and serves the next one', async () => {
    const { stage, given, answer } = waitingStore();
    const memory = new BufferPool(4, 2);
    const staging = new Staging([], 1, stage, memory);
    await staging.add(Buffer.from('aaa\nb\n'));
    const ended = staging.end();
    await new Promise(setImmediate);
    memory.take(4).fill('?');
    memory.take(4).fill('?');
    assert.deepEqual(given.map(String), ['aaa\n']);
    answer(0);
    await ended;
    const pieces = [memory.take(4), memory.take(4)];
    assert.ok(pieces.some(piece => piece.buffer === given[0]?.buffer));
  });

  test('lines that are more than a block make as many as they need', async () => {
    const store = slowStore([0]);
    const staging = new Staging([], 1, store.stage, new BufferPool(4, 2));
    for (const text of ['large lines\n', 'a\n', 'b\n', 'c\n']) await staging.add(Buffer.from(text));
    await staging.flush();
    assert.deepEqual(store.staged, ['larg', 'e li', 'nes\n', 'a\nb\n', 'c\n']);
  });
});
