import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXPRESSIONS } from './powerbi/expressions.ts';
import { MEASURES_OF_MODEL } from './powerbi/measures.ts';
import type { Model } from './powerbi/model.ts';
import { PAGES } from './powerbi/pages.ts';
import { idOf, type Page, pageFile, pagesFile, REPORT_FILE, VERSION_FILE, visualFile } from './powerbi/report.ts';
import { MODEL_TABLES, RELATIONSHIPS } from './powerbi/tables.ts';
import { DATABASE_FILE, expressionsFile, modelFile, relationshipsFile, tableFile, uuidOf } from './powerbi/tmdl.ts';

/**
 * Writes the Power BI project from the definitions of the curated tables, and the list of its measures in
 * docs/bi/powerbi.md: `node tools/powerbi.ts`. Nothing in docs/bi/powerbi is written by hand.
 */

export const POWER_BI = fileURLToPath(new URL('../docs/bi/powerbi/', import.meta.url));

export const POWER_BI_PAGE = fileURLToPath(new URL('../docs/bi/powerbi.md', import.meta.url));

export const MODEL: Model = {
  tables: MODEL_TABLES,
  measures: MEASURES_OF_MODEL,
  relationships: RELATIONSHIPS,
  expressions: EXPRESSIONS,
};

const SCHEMAS = 'https://developer.microsoft.com/json-schemas/fabric';

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function platform(type: 'Report' | 'SemanticModel'): string {
  return json({
    $schema: `${SCHEMAS}/gitIntegration/platformProperties/2.0.0/schema.json`,
    metadata: { type, displayName: 'Landline' },
    config: { version: '2.0', logicalId: uuidOf(`item ${type}`) },
  });
}

function modelFiles(model: Model): [path: string, text: string][] {
  const tables = model.tables.map((table): [string, string] => [
    `tables/${table.name}.tmdl`,
    tableFile(table, table.name === '_Measures' ? model.measures : []),
  ]);
  const definition: [string, string][] = [
    ['database.tmdl', DATABASE_FILE],
    ['model.tmdl', modelFile(model)],
    ['expressions.tmdl', expressionsFile(model.expressions)],
    ['relationships.tmdl', relationshipsFile(model.relationships)],
    ...tables,
  ];
  const properties = {
    $schema: `${SCHEMAS}/item/semanticModel/definitionProperties/1.0.0/schema.json`,
    version: '4.2',
    settings: {},
  };
  return [
    ['Landline.SemanticModel/.platform', platform('SemanticModel')],
    ['Landline.SemanticModel/definition.pbism', json(properties)],
    ...definition.map(([path, text]): [string, string] => [`Landline.SemanticModel/definition/${path}`, text]),
  ];
}

function reportFiles(pages: readonly Page[]): [path: string, text: string][] {
  const properties = {
    $schema: `${SCHEMAS}/item/report/definitionProperties/2.0.0/schema.json`,
    version: '4.0',
    datasetReference: { byPath: { path: '../Landline.SemanticModel' } },
  };
  const files: [string, object][] = [
    ['definition.pbir', properties],
    ['definition/version.json', VERSION_FILE],
    ['definition/report.json', REPORT_FILE],
    ['definition/pages/pages.json', pagesFile(pages)],
  ];
  for (const page of pages) {
    const folder = `definition/pages/${idOf(page.name)}`;
    files.push([`${folder}/page.json`, pageFile(page)]);
    for (const [order, visual] of page.visuals.entries()) {
      const name = idOf(`${page.name} ${visual.title}`);
      files.push([`${folder}/visuals/${name}/visual.json`, visualFile(page, visual, order)]);
    }
  }
  return [
    ['Landline.Report/.platform', platform('Report')],
    ...files.map(([path, value]): [string, string] => [`Landline.Report/${path}`, json(value)]),
  ];
}

/** Every file of the project, by its path below docs/bi/powerbi. */
export function projectFiles(model: Model = MODEL, pages: readonly Page[] = PAGES): ReadonlyMap<string, string> {
  const shortcut = {
    $schema: `${SCHEMAS}/pbip/pbipProperties/1.0.0/schema.json`,
    version: '1.0',
    artifacts: [{ report: { path: 'Landline.Report' } }],
    settings: { enableAutoRecovery: true },
  };
  return new Map([['Landline.pbip', json(shortcut)], ...modelFiles(model), ...reportFiles(pages)]);
}

const BEGIN = '<!-- measures: written by tools/powerbi.ts -->\n';
const END = '<!-- end of measures -->\n';

/** @param page docs/bi/powerbi.md as it is. @returns it with the list of the measures */
export function powerBiPage(page: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error('docs/bi/powerbi.md has lost the marks of its measures');
  const rows = MODEL.measures.map(({ name, folder, meaning }) => `| ${folder} | ${name} | ${meaning} |\n`);
  return `${before}${BEGIN}\n| Folder | Measure | Meaning |\n|---|---|---|\n${rows.join('')}\n${END}${after}`;
}

if (import.meta.main) {
  await rm(POWER_BI, { recursive: true, force: true });
  for (const [path, text] of projectFiles()) {
    await mkdir(dirname(`${POWER_BI}${path}`), { recursive: true });
    await writeFile(`${POWER_BI}${path}`, text);
  }
  await writeFile(POWER_BI_PAGE, powerBiPage(await readFile(POWER_BI_PAGE, 'utf8')));
}
