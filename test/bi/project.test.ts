import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { DIMENSIONS } from '../../shared/curate/dimensions.ts';
import { TABLES } from '../../shared/curate/tables.ts';
import { PAGES } from '../../tools/powerbi/pages.ts';
import { offsetOf, ZONES } from '../../tools/powerbi/time-zones.ts';
import { MODEL, POWER_BI, POWER_BI_PAGE, powerBiPage, projectFiles } from '../../tools/powerbi.ts';
import { mProblem } from './m.ts';
import { projectProblems } from './project.ts';

/** The Power BI project: as it is generated, as it lies in docs/bi/powerbi, and with faults that were planted in it. */

const TABLE = 'Landline.SemanticModel/definition/tables';

/** The project with one text replaced in the files whose path ends so. */
function planted(end: string, from: string | RegExp, to: string): ReadonlyMap<string, string> {
  let hits = 0;
  const files = [...projectFiles()].map(([path, text]): [string, string] => {
    if (!path.endsWith(end) || hits > 0 || !(typeof from === 'string' ? text.includes(from) : from.test(text)))
      return [path, text];
    hits += 1;
    return [path, text.replace(from, to)];
  });
  assert.equal(hits, 1, `${from} is in no file ${end}`);
  return new Map(files);
}

const PLANTED: readonly (readonly [what: string, end: string, from: string | RegExp, to: string, why: RegExp])[] = [
  [
    'a column that the model has not',
    'visual.json',
    '"Property": "destination_name"',
    '"Property": "destination"',
    /no column fact_call\.destination/,
  ],
  [
    'a measure that the model has not',
    'visual.json',
    '"Property": "Held share"',
    '"Property": "Held"',
    /no measure _Measures\.Held/,
  ],
  [
    'a visual that the schema does not know',
    'visual.json',
    '"visualType"',
    '"visualKind"',
    /must NOT have additional|must have required/,
  ],
  ['a page without a width that is a number', 'page.json', '"width": 1280', '"width": "1280"', /must be number/],
  ['a shortcut to nothing', 'Landline.pbip', '"artifacts"', '"artefacts"', /must have required property 'artifacts'/],
  [
    'a measure that adds currencies',
    '_Measures.tmdl',
    /measure 'Call cost' =[\s\S]*?\n\t\tformat/,
    "measure 'Call cost' = DIVIDE ( SUM ( fact_call[charge_millionths] ), 1000000 )\n\t\tformat",
    /Call cost: adds money/,
  ],
  [
    'a guard over the wrong fact',
    '_Measures.tmdl',
    'VALUES ( fact_dialout_usage[currency_key] )',
    'VALUES ( fact_call[currency_key] )',
    /Dial-out cost: adds money/,
  ],
  [
    'a measure over a column that is not there',
    '_Measures.tmdl',
    'SUM ( fact_message[units] )',
    'SUM ( fact_message[unit] )',
    /no fact_message\[unit\]/,
  ],
  [
    'a measure with a bracket too few',
    '_Measures.tmdl',
    'COUNTROWS ( fact_message )',
    'COUNTROWS ( fact_message',
    /Messages: DaxError/,
  ],
  [
    'a measure with a function nobody has',
    '_Measures.tmdl',
    'DIVIDE ( [Unanswered',
    'DEVIDE ( [Unanswered',
    /DaxError/,
  ],
  [
    'a step of Power Query that is not there',
    'fact_call.tmdl',
    'in\n\t\t\t\t\tInZone',
    'in\n\t\t\t\t\tInZones',
    /nobody defines InZones/,
  ],
  [
    'a step of Power Query that is broken',
    'expressions.tmdl',
    'List.IsEmpty(Rows) then',
    'List.IsEmpty(Rows)',
    /expression CuratedTable/,
  ],
  [
    'a function that Power Query has not',
    'dim_date.tmdl',
    'Date.StartOfYear',
    'Date.StartOfTheYear',
    /nobody defines Date\.StartOfTheYear/,
  ],
  ['a relationship to nothing', 'relationships.tmdl', 'dim_date.date', 'dim_date.day', /no column dim_date\.day/],
  ['two active relationships between two tables', 'relationships.tmdl', /isActive: false\n\t/, '', /two are active/],
  [
    'a table that the model does not name',
    'model.tmdl',
    'ref table dim_user',
    'ref table dim_users',
    /no ref to table dim_user/,
  ],
  ['a refresh that reads every day', 'fact_message.tmdl', /RangeStart, RangeEnd/, 'null, null', /reads all days/],
];

describe('the Power BI project', () => {
  test('passes every check', async () => assert.deepEqual(await projectProblems(projectFiles()), []));

  test('in docs/bi/powerbi is the one of the definitions, and nothing else lies there', () => {
    const here = globSync('**/*', { cwd: POWER_BI, withFileTypes: true }).filter(entry => entry.isFile());
    const hidden = globSync('*/.platform', { cwd: POWER_BI });
    const names = [...here.map(({ parentPath, name }) => `${parentPath}/${name}`.slice(POWER_BI.length)), ...hidden];
    const files = projectFiles();
    assert.deepEqual([...new Set(names.map(name => name.replaceAll('\\', '/')))].sort(), [...files.keys()].sort());
    for (const [path, text] of files)
      assert.equal(readFileSync(`${POWER_BI}${path}`, 'utf8'), text, `${path}: run \`node tools/powerbi.ts\``);
  });

  test('has its measures listed in docs/bi/powerbi.md', () => {
    const page = readFileSync(POWER_BI_PAGE, 'utf8');
    assert.equal(page, powerBiPage(page), 'run `node tools/powerbi.ts`');
  });

  for (const [what, end, from, to, why] of PLANTED)
    test(`fails with ${what}`, async () => {
      const problems = await projectProblems(planted(end, from, to));
      assert.match(problems.join('\n'), why);
    });

  test('has every column of the dictionary but long texts, with its meaning', () => {
    for (const { name, columns } of [...TABLES, ...DIMENSIONS]) {
      const text = projectFiles().get(`${TABLE}/${name}.tmdl`) ?? '';
      const isLeftOut = (column: string): boolean => /_at_text$|_json$|^message_text$/.test(column);
      for (const { name: column, meaning } of columns)
        assert.equal(
          text.includes(`\t/// ${meaning}`) && text.includes(`\n\tcolumn ${column}\n`),
          !isLeftOut(column),
          column,
        );
    }
  });

  test('relates to code tables whose keys are unique as Power BI compares them, whatever their case', () => {
    for (const [table, key] of [
      ['dim_call_type', 'call_type'],
      ['dim_license', 'license_capability'],
      ['dim_country', 'country_code'],
    ]) {
      const { columns, rows } = DIMENSIONS.find(({ name }) => name === table) ?? assert.fail(table);
      const at = columns.findIndex(({ name }) => name === key);
      assert.equal(new Set(rows.map(row => String(row[at]).toLowerCase())).size, rows.length, table);
    }
  });

  test('has pages whose visuals lie within them and not on each other', () => {
    for (const { name, visuals } of PAGES) {
      for (const { title, at } of visuals) {
        const [x, y, width, height] = at;
        assert.ok(x >= 0 && y >= 0 && x + width <= 1280 && y + height <= 720, `${name}: ${title}`);
        const onIt = visuals.filter(other => {
          const [left, top, w, h] = other.at;
          return other.title !== title && left < x + width && x < left + w && top < y + height && y < top + h;
        });
        assert.deepEqual(
          onIt.map(other => other.title),
          [],
          `${name}: ${title}`,
        );
      }
      assert.equal(new Set(visuals.map(({ title }) => title)).size, visuals.length, name);
      assert.ok(
        visuals.some(({ title }) => title === 'Held share'),
        `${name} says how much is held`,
      );
    }
  });

  test('has a parameter for the account, the zone and the range, a date table, and folders and formats', () => {
    const text = [...projectFiles().values()].join('\n');
    for (const name of ['StorageAccount', 'StorageSuffix', 'TimeZone', 'RangeStart', 'RangeEnd'])
      assert.match(text, new RegExp(`^expression ${name} =.* meta \\[IsParameterQuery = true`, 'm'));
    assert.match(text, /dataCategory: Time/);
    assert.ok(MODEL.measures.length >= 25);
    assert.equal(MODEL.tables.filter(({ refresh }) => refresh !== undefined).length, TABLES.length);
    assert.equal(new Set(MODEL.measures.map(({ name }) => name.toLowerCase())).size, MODEL.measures.length);
  });

  test('knows every zone as the time zone database does', () => {
    for (const zone of ZONES) {
      const format = new Intl.DateTimeFormat('en-US', { timeZone: zone.name, timeZoneName: 'longOffset' });
      for (let at = Date.UTC(2020, 0, 1); at < Date.UTC(2026, 0, 1); at += 11 * 3_600_000) {
        const text = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
        const [, sign, hours = 0, minutes = 0] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(text) ?? [];
        const offset = (sign === '-' ? -1 : 1) * (60 * Number(hours) + Number(minutes));
        assert.equal(offsetOf(zone, at), offset, `${zone.name} ${new Date(at).toISOString()}`);
      }
    }
  });

  test('Power Query of docs/bi parses', async () => {
    for (const name of ['landline-blob.pq', 'landline-adls.pq'])
      assert.equal(await mProblem(readFileSync(`${POWER_BI}../${name}`, 'utf8')), undefined, name);
  });
});
