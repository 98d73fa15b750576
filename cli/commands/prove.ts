import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { cannotBeWritten, codeOf } from '../../local/folders.ts';
import { jsonOf } from '../../local/json.ts';
import { systemClock } from '../../shared/app/clock.ts';
import { counted } from '../../shared/status/text.ts';
import { isTrouble, verify } from '../../shared/verify/verify.ts';
import type { DatasetLedger } from '../../shared/words/ledger.ts';
import { everyDataset, examples, type On, type Register } from '../command.ts';
import type { ExitCode } from '../exit-codes.ts';
import { type Checked, type Compared, checkText, compareWithLake } from '../proof/check.ts';
import { proofOf } from '../proof/make.ts';
import { digestOf, keyIdOf, type ProofDocument } from '../proof/model.ts';
import { proofPage } from '../proof/page.ts';
import { closed, neededRangeOf, type RangeOptions, withRange } from '../ranges.ts';
import type { Output } from '../terminal/output.ts';
import { UsageError } from '../usage-error.ts';

interface Options extends RangeOptions {
  readonly out?: string;
  readonly check?: string;
  readonly key?: string;
}

export const prove: Register = (program, { act, free }) => {
  const make = act(makeProof);
  const compare = act(comparePartitions);
  const check = free(checkFile);
  withRange(program.command('prove'))
    .description('Writes one document that says for every day of a range what is held, and that can be checked later')
    .option('--out <file>', 'FILE.html to print and file, or FILE.json (landline-proof-FROM-TO.html)', proofFile)
    .option('--check <file>', 'check a proof: its digest and, of HTML, that the page shows its data')
    .option('--key <file>', "with --check: the proof's key file, to recount the partitions against it too")
    .addHelpText(
      'after',
      '\nFirst, every partition of the range is recounted. The key of the document is written to FILE.key: keep it with the rows.\nExits with 4 when days of the range are not held.',
    )
    .addHelpText(
      'after',
      examples(
        'landline prove --month 2026-01',
        'landline prove --from 2026-01-01 --to 2026-03-31 --out q1.html',
        'landline prove --check q1.html',
        'landline prove --check q1.html --key q1.html.key',
      ),
    )
    .action((options: Options) => {
      if (options.check === undefined) return make(options);
      return options.key === undefined ? check(options) : compare(options);
    });
};

function proofFile(text: string): string {
  if (/\.(html|json)$/.test(text)) return text;
  throw new UsageError(`--out ${text}: expected a name that ends in .html or .json.`);
}

async function makeProof(on: On, options: Options): Promise<ExitCode> {
  if (options.key !== undefined) throw new UsageError('--key needs --check.');
  const range = neededRangeOf(options, on.now);
  const { from, to } = closed(range, range.from, on.now);
  const out = options.out ?? `landline-proof-${from}-${to}.html`;
  const keyFile = `${out}.key`;
  for (const file of [out, keyFile])
    if (existsSync(file))
      throw new UsageError(`${file} is there already: name another file (--out), so that no proof is lost.`);
  const ledgers: DatasetLedger[] = [];
  for (const dataset of everyDataset(on, options.datasets)) {
    const watermark = (await on.ledger.watermark(dataset.name))?.value;
    const entries = (await on.ledger.days(dataset.name)).map(({ value }) => value);
    if (options.datasets !== undefined || watermark !== undefined || entries.length > 0)
      ledgers.push({ dataset, watermark, entries });
  }
  const verified = await verify(
    {
      datasets: ledgers.map(({ dataset }) => dataset),
      ledger: on.ledger,
      lake: on.lake,
      clock: systemClock,
      names: prefix => on.names(prefix),
      progress: ({ done, of, dataset, day }) => on.out.progress(`${done} of ${of}: ${dataset} ${day}`),
    },
    { chosen: true, from, to, mark: false },
  );
  const key = randomBytes(32);
  const proof = proofOf({ from, to, ledgers, verified, settings: on.settings, key, now: on.now });
  const document: ProofDocument = { format: 1, kind: 'landline-proof', proof, digest: digestOf(proof) };
  await write(keyFile, `${JSON.stringify({ format: 1, digest: document.digest, key: key.toString('hex') })}\n`, 0o600);
  await write(out, out.endsWith('.json') ? `${JSON.stringify(document, undefined, 2)}\n` : proofPage(document));
  const { digest } = document;
  const { complete, sentence } = proof;
  if (on.json) on.out.json({ out, keyFile, from, to, complete, sentence, digest });
  else {
    on.out.line(on.out.paint(complete ? 'green' : 'yellow', sentence));
    for (const { kind, message } of verified.findings.filter(isTrouble))
      on.out.line(`${on.out.paint('red', kind)}  ${message.replace(/\.$/, '')}.`);
    on.out.line(`Proof: ${out}`);
    on.out.line(`Key:   ${keyFile} (keep it with the rows, and away from the proof)`);
    on.out.line(`Digest (note it in another place): ${digest}`);
  }
  if (verified.findings.some(isTrouble)) return 1;
  return complete ? 0 : 4;
}

async function write(file: string, text: string, mode = 0o644): Promise<void> {
  await writeFile(file, text, { mode, flag: 'wx' }).catch(cause => {
    throw new UsageError(`${file} ${cannotBeWritten(cause)}. Name another file (--out).`, { cause });
  });
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(cause => {
    throw new UsageError(`${file} cannot be read: ${codeOf(cause) ?? 'unknown'}.`, { cause });
  });
}

async function checkFile({ out, json }: Pick<On, 'out' | 'json'>, { check = '' }: Options): Promise<ExitCode> {
  return tell(checkText(await read(check), check), undefined, out, json);
}

const keySchema = z.object({ format: z.literal(1), key: z.string().regex(/^[0-9a-f]{64}$/) });

async function comparePartitions(on: On, { check = '', key: keyFile = '' }: Options): Promise<ExitCode> {
  const checked = checkText(await read(check), check);
  const parsed = keySchema.safeParse(jsonOf(await read(keyFile)));
  if (!parsed.success) throw new UsageError(`${keyFile} is not the key file of a proof.`);
  const key = Buffer.from(parsed.data.key, 'hex');
  if (keyIdOf(key) !== checked.document.proof.keyId)
    throw new UsageError(
      `${keyFile} is the key of another proof: this proof has the key ${checked.document.proof.keyId}.`,
    );
  const compared = await compareWithLake(checked.document, key, on.lake, (dataset, day) =>
    on.out.progress(`${dataset} ${day}`),
  );
  return tell(checked, compared, on.out, on.json);
}

function tell({ document, digest, shown }: Checked, compared: Compared | undefined, out: Output, json: boolean): 0 | 1 {
  const { from, to, complete, sentence } = document.proof;
  const fine = digest === 'right' && shown !== 'wrong' && (compared?.differing.length ?? 0) === 0;
  if (json) {
    out.json({
      from,
      to,
      complete,
      fine,
      digest,
      ...(shown !== undefined && { shown }),
      ...(compared && { compared }),
    });
    return fine ? 0 : 1;
  }
  out.line(`${from} to ${to}. ${sentence}`);
  out.line(
    digest === 'right'
      ? `The digest is right: ${document.digest}`
      : out.paint('red', 'The digest is wrong: the document was changed after it was made.'),
  );
  if (shown !== undefined) out.line(SHOWN[shown]);
  if (compared !== undefined) {
    for (const { dataset, day, why } of compared.differing)
      out.line(`${out.paint('red', why)}  ${dataset} ${day}: the rows of the proof are not there.`);
    const newer = compared.newer === 0 ? '' : `; ${compared.newer} of them have a newer revision by now`;
    out.line(
      `${counted(compared.same, 'day')} recounted: ${compared.same === 1 ? 'it has' : 'they have'} the rows of the proof${newer}.`,
    );
  }
  return fine ? 0 : 1;
}

const SHOWN = {
  right: 'The page shows its data correctly.',
  wrong: 'The page does not show its data correctly: it was changed after it was made.',
  unknown: 'Another version of Landline made the page, so only its data were checked.',
} as const;
