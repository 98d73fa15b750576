import * as zlib from 'node:zlib';
import { figure, type Measured, type Row, type Table, times } from '../figures.ts';
import { type Bench, measureOurs, prepare } from '../measure.ts';
import { variedLines } from '../varied.ts';

/** What compressing partitions would cost, beside all that Landline does for the same number of rows. */

const BLOCK_BYTES = 2 * 1024 * 1024;
const REPEATS = 12;

type Codec = readonly [name: string, compress: (block: Buffer) => Buffer];

const CODECS: readonly Codec[] = [
  ['gzip 1', block => zlib.gzipSync(block, { level: 1 })],
  ['gzip 6', block => zlib.gzipSync(block, { level: 6 })],
  // Node 22 has it from 22.15 on.
  ...('zstdCompressSync' in zlib ? [zstd(1)] : []),
];

function zstd(level: number): Codec {
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: level };
  return [`zstd ${level}`, block => zlib.zstdCompressSync(block, { params })];
}

export async function gzip(bench: Bench): Promise<Table[]> {
  const landings = [];
  const work = { days: 1, pages: bench.quick ? 20 : 100, parallel: 1 };
  for (let run = 0; run < bench.runs; run++) landings.push(await measureOurs(bench, work));
  const own = figure(landings.map(({ cpuSeconds, rows }) => (cpuSeconds * 1e8) / rows));
  const [served, varied] = [await blockOf(servedLines(bench)), await blockOf(variedLines(10_000))];
  bench.say('gzip: blocks');
  const rows = [
    { what: 'landing, not compressed', figures: { 'CPU ms per 100k rows': own } },
    ...CODECS.map(codec => price('varied rows', varied, codec, own)),
    ...CODECS.map(codec => price('rows of the bench server', served, codec, own)),
  ];
  const note = 'Both price and gain depend on the rows. Those of the bench server are far more alike than real ones.';
  return [{ title: 'compressing blocks of 2 MiB', note, rows }];
}

interface Block {
  readonly bytes: Buffer;
  readonly rows: number;
}

function price(what: string, { bytes, rows }: Block, [name, compress]: Codec, own: Measured): Row {
  const size = compress(bytes).length;
  const cpuMs = Array.from({ length: REPEATS }, () => {
    const before = process.cpuUsage();
    compress(bytes);
    const { user, system } = process.cpuUsage(before);
    return ((user + system) / 1_000) * (100_000 / rows);
  });
  const spent = figure(cpuMs);
  const figures = {
    'CPU ms per 100k rows': spent,
    'of all that Landline does': times(spent.median / own.median),
    'times smaller': figure(bytes.length / size, 1),
  };
  return { what: `${name}, ${what}`, figures };
}

/** As many whole lines as a block holds. */
async function blockOf(lines: AsyncIterable<string>): Promise<Block> {
  const some: string[] = [];
  let bytes = 0;
  for await (const line of lines) {
    bytes += Buffer.byteLength(line);
    if (bytes > BLOCK_BYTES) break;
    some.push(line);
  }
  return { bytes: Buffer.from(some.join('')), rows: some.length };
}

/** Rows of one page after the other, so that their ids differ. */
async function* servedLines({ server }: Bench): AsyncGenerator<string> {
  await prepare(server, { pages: 100 });
  for (let skip = 0; ; skip += 1_000) {
    const path = `v1.0/communications/callRecords/getPstnCalls(fromDateTime=2026-06-01)?$skip=${skip}`;
    const { value } = (await (await fetch(`${server.url}/${path}`)).json()) as { value: object[] };
    for (const row of value) yield `${JSON.stringify(row)}\n`;
  }
}
