import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { snappyUncompressor } from 'hysnappy';
import { PROFILES } from '../../shared/curate/privacy.ts';
import { maskedNumber, passingCallId, passingJson, passingName, passingWords } from '../../shared/curate/safe-text.ts';
import { tableOf } from '../../shared/curate/tables.ts';
import { DATASETS } from '../../shared/datasets/index.ts';
import { Digest } from '../../shared/rows/fingerprint.ts';
import { curated, memoryPorts } from './setup.ts';

/** Somebody has the container `curated` and nothing else. What docs/privacy.md says they learn is all they learn. */

const DAY = '2026-01-05';

/** Spellings of a number, and of addresses, that are in every text of the hostile rows. */
const PLANTED: readonly string[] = [
  '+12025550142',
  '1 202 555 0142',
  '1·202·555·0142',
  '1_202_555_0142',
  '1\u2212202\u2212555\u22120142',
  '１２０２５５５０１４２',
  '١٢٠٢٥٥٥٠١٤٢',
  '一二〇二五五五〇一四二',
  '1x202x555x0142',
  '+12025550142;ext=1234',
  'ann.smith@home.example',
  'ann.smith%40home.example',
  '192.0.2.77',
  '2001:db8::77',
  '+12025550142,+12025550143',
];

test('whatever stands in a text, no number or address passes, and words and codes do', () => {
  for (const planted of PLANTED) {
    for (const text of [planted, `Call to ${planted} failed`, `(${planted})`, `to:${planted}`]) {
      for (const shown of [passingWords(text), passingJson(JSON.stringify([{ id: text, n: [text] }]))])
        assert.ok(
          !shown.includes(planted) && !/\d{3}/.test(shown) && !/smith|db8|０/.test(shown),
          `${text} as ${shown}`,
        );
    }
    for (const callId of [planted, `${planted}_0`, `${planted}@192.0.2.77`, `0@${planted}`])
      assert.doesNotMatch(passingCallId(callId), /0142|0２|smith|192|db8|١/, callId);
    assert.doesNotMatch(maskedNumber(planted), /0142|０|smith|db8|ext|١|,/, planted);
  }
  for (const text of [
    'Busy Here',
    'MCOPSTN5',
    'United States',
    'AT&T',
    "Côte d'Ivoire",
    '486 Busy',
    'USWE2',
    'user_in',
    '山田',
  ])
    assert.equal(passingWords(text), text);
  const units = '[{"id":"12a373a2-82e0-4aa3-8b57-2a3140071e85"}]';
  assert.equal(passingJson(units), units);
  assert.doesNotMatch(passingJson('[1202,5550,142]'), /\d/);
  assert.equal(passingCallId('20458000_0@192.0.2.0'), '20458000_0');
});

test('a GUID that may be a user’s passes in no text and in no name of a field, whatever it is wrapped in', () => {
  const user = '6f1e2d3c-0000-4a5b-8c7d-9e0f1a2b3c4d';
  const wide = user.replace(/[a-z0-9]/g, sign => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
  for (const text of [
    user,
    user.toUpperCase(),
    wide,
    `(${user})`,
    `by-${user}`,
    `${user}-x`,
    `user_${user}`,
    `Blocked by ${user}.`,
  ])
    for (const shown of [
      passingWords(text),
      passingName(text),
      passingJson(text),
      passingJson(JSON.stringify([`by ${text}`])),
    ])
      assert.doesNotMatch(shown.normalize('NFKC'), /[0-9a-f]{8}-/i, text);
});

/** A row of a dataset with the text in every field whose column may hold text. */
function hostile(dataset: string, text: string): string {
  const members = tableOf(dataset).columns.flatMap(({ kind, origin, privacy }) => {
    const field = 'fields' in origin ? origin.fields[dataset] : undefined;
    // Such messages only go out, so who sends them is the tenant.
    const isSender = dataset === 'voximplant-a2p-sms' && privacy === 'from';
    const isOwn = isSender || privacy === 'user' || privacy === 'name' || privacy === 'own' || kind !== 'text';
    return field === undefined || isOwn ? [] : [`${JSON.stringify(field)}:${JSON.stringify(text)}`];
  });
  return `{${members.join(',')},"new ${text}":${JSON.stringify(text)}}`.replace(
    /"new [^"]*"/,
    JSON.stringify(`new ${text}`),
  );
}

test('neither cells, keys, footers nor labels of any table tell what a profile hides, and no digest of raw lines is in them', async () => {
  for (const profile of PROFILES) {
    for (const { name } of DATASETS) {
      const on = memoryPorts(profile);
      // What has letters may be an identifier, as docs/privacy.md says.
      const planteds = PLANTED.filter(text => !text.includes('x202'));
      const rows = planteds.map(text => hostile(name, text));
      await curated(on, name, DAY, rows);
      const [file] = on.curated.files.values();
      assert.ok(file);
      const bytes = new Uint8Array(file.bytes).buffer;
      const { row_groups, key_value_metadata } = parquetMetadata(bytes);
      const beside = JSON.stringify([key_value_metadata, file.label]);
      const digests = [...rows.map(row => [row]), rows].map(lines => {
        const digest = new Digest();
        for (const line of lines) digest.add(Buffer.from(line));
        return digest.text;
      });
      const whole = Buffer.from(file.bytes).toString('latin1');
      for (const digest of digests) assert.ok(!beside.includes(digest) && !whole.includes(digest), name);
      assert.deepEqual(
        key_value_metadata?.map(({ key }) => key),
        ['table', 'dataset', 'day', 'revision', 'tablestamp'],
      );
      if (profile === 'full') continue;
      // Dictionaries and pages as they are, whether or not a row points at what is in them.
      const pages = unpacked(file.bytes, row_groups);
      const cells = JSON.stringify(await parquetReadObjects({ file: bytes }), (_key, cell) =>
        typeof cell === 'bigint' ? String(cell) : cell,
      );
      for (const planted of planteds) {
        const utf8 = Buffer.from(planted).toString('latin1');
        assert.ok(!cells.includes(planted) && !pages.includes(utf8), `${profile} ${name}: ${planted}`);
      }
      const told = /.{0,60}(?:555.?0142|smith|192\.0|db8:).{0,20}/.exec(cells)?.[0];
      assert.equal(told, undefined, `${profile} ${name}`);
    }
  }
});

/** Every column chunk's values: those of dictionaries too. */
function unpacked(file: Uint8Array, groups: ReturnType<typeof parquetMetadata>['row_groups']): string {
  const unpack = snappyUncompressor();
  const found: string[] = [];
  for (const { columns } of groups) {
    for (const { meta_data: chunk } of columns) {
      if (chunk === undefined) continue;
      const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
      const packed = file.subarray(start, start + Number(chunk.total_compressed_size));
      // Where a page's header ends is not told, so each place is tried that may be the start of one.
      for (let at = 0; at < Math.min(packed.length, 80); at++) {
        try {
          found.push(Buffer.from(unpack(packed.subarray(at), packed[at] ?? 0)).toString('latin1'));
        } catch {}
      }
      found.push(Buffer.from(packed).toString('latin1'));
    }
  }
  return found.join('\n');
}

/** A call to somebody outside. Of two such rows nothing that is shown differs. */
function call(number: string, id: string): string {
  return JSON.stringify({
    id,
    callId: '11111111-2222-4333-8444-555555555555',
    userId: '6f1e2d3c-0000-4a5b-8c7d-9e0f1a2b3c4d',
    callerNumber: '+12025550100',
    calleeNumber: number,
    callType: 'user_out',
    startDateTime: `${DAY}T10:00:00Z`,
    otherPartyCountryCode: 'US',
    callDurationSource: `called ${number}`,
    clientPublicIpV4Address: '192.0.2.77',
  });
}

const PSTN = 'teams-pstn-calls';

/** All that somebody has who has the file of such a day: its bytes, and what is beside it. */
async function fileOf(profile: (typeof PROFILES)[number], rows: readonly string[]): Promise<string> {
  const on = memoryPorts(profile);
  await curated(on, PSTN, DAY, rows);
  const [file] = on.curated.files.values();
  assert.ok(file);
  return `${Buffer.from(file.bytes).toString('latin1')} ${JSON.stringify(file.label)}`;
}

test('numbers that differ only in what is masked give the same file, so that nothing can be tried', async () => {
  const [one, other] = await Promise.all(
    ['+12025550142', '+12025559876'].map(number => fileOf('masked', [call(number, 'a'), call(number, 'b')])),
  );
  assert.equal(one, other);
});

test('neither a hash of a number or country, alone or in its row, nor one with a key that is known is in a file', async () => {
  const numbers = Array.from({ length: 10_000 }, (_, i) => `+1202555${String(i).padStart(4, '0')}`);
  const countries = ['US', 'DE', 'GB', 'FR', 'United States', 'us'];
  const secret = '+12025550142';
  for (const profile of ['masked', 'pseudonymous'] as const) {
    const file = await fileOf(profile, [call(secret, 'a')]);
    for (const guess of [...numbers.slice(0, 200), secret, secret.slice(1), ...countries]) {
      for (const algorithm of ['md5', 'sha1', 'sha256'] as const) {
        const plain = createHash(algorithm).update(guess).digest();
        const rows = createHash(algorithm).update(call(guess, 'a')).digest();
        for (const digest of [plain, rows])
          for (const form of [
            digest.toString('hex').slice(0, 16),
            digest.toString('latin1', 0, 8),
            digest.toString('base64url').slice(0, 11),
          ])
            assert.ok(!file.includes(form), `${profile}: ${algorithm} of ${guess}`);
      }
      for (const key of ['', 'landline', 'landline key id', PSTN, 'n_']) {
        const keyed = createHmac('sha256', key).update('n_').update(guess.slice(1)).digest('hex').slice(0, 32);
        assert.ok(!file.includes(keyed), `${profile}: keyed hash of ${guess}`);
      }
    }
  }
});

test('files from before and after an erasure tell which rows went, and nothing of them that was hidden before', async () => {
  for (const profile of ['masked', 'pseudonymous'] as const) {
    const stays = call('+12025550111', 'stays');
    const pairs = await Promise.all(
      ['+12025550142', '+12025559876'].map(async number => {
        const before = await fileOf(profile, [stays, call(number, 'goes')]);
        const after = await fileOf(profile, [stays]);
        return { before, after };
      }),
    );
    const [one, other] = pairs;
    assert.ok(one && other);
    // Whoever it was: what is left is the same, byte for byte, and so is all that was there but for a keyed hash.
    assert.equal(one.after, other.after, profile);
    if (profile === 'masked') assert.equal(one.before, other.before);
    for (const { before, after } of pairs)
      assert.doesNotMatch(`${before}${after}`, /5550142|5550111|5559876|192\.0\.2\.77/, profile);
  }
});
