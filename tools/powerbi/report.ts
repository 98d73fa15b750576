import { uuidOf } from './tmdl.ts';

/** Pages and visuals of the Power BI report, in the words of its file format (PBIR). */

const SCHEMAS = 'https://developer.microsoft.com/json-schemas/fabric/item/report';

/** A field of the model: `measure:Calls`, or `dim_date.month`. */
export type Field = string;

export interface Visual {
  readonly type: 'card' | 'slicer' | 'columnChart' | 'lineChart' | 'barChart' | 'tableEx' | 'pivotTable' | 'textbox';
  readonly title: string;
  /** Fields by the well they stand in, such as Category, Y, Series, Rows, Columns and Values. */
  readonly wells?: Readonly<Record<string, readonly Field[]>>;
  /** Largest first by this field; by default in the order of the category. */
  readonly largest?: Field;
  /** Left, top, width and height in pixels of a page of 1280 x 720. */
  readonly at: readonly [x: number, y: number, width: number, height: number];
}

export interface Page {
  readonly name: string;
  readonly visuals: readonly Visual[];
}

type Json = Readonly<Record<string, unknown>>;

const MEASURE = /^measure:(.+)$/;

function fieldOf(field: Field): Json {
  const measure = MEASURE.exec(field)?.[1];
  const [entity = '', property = ''] = measure === undefined ? field.split('.') : ['_Measures', measure];
  const body = { Expression: { SourceRef: { Entity: entity } }, Property: property };
  return measure === undefined ? { Column: body } : { Measure: body };
}

function projectionOf(field: Field, isActive: boolean): Json {
  const measure = MEASURE.exec(field)?.[1];
  const nativeQueryRef = measure ?? field.split('.')[1];
  const queryRef = measure === undefined ? field : `_Measures.${measure}`;
  return { field: fieldOf(field), queryRef, nativeQueryRef, ...(isActive && { active: true }) };
}

function literal(value: string | boolean): Json {
  const text = typeof value === 'boolean' ? String(value) : `'${value.replaceAll("'", "''")}'`;
  return { expr: { Literal: { Value: text } } };
}

/** Wells that group rows; the others hold what is shown of each group. */
const GROUPS = new Set(['Category', 'Rows', 'Columns']);

function queryOf({ wells = {}, largest, type }: Visual): Json {
  const queryState = Object.fromEntries(
    Object.entries(wells).map(([well, fields]) => {
      const isActive = GROUPS.has(well) || type === 'slicer';
      return [well, { projections: fields.map(field => projectionOf(field, isActive)) }];
    }),
  );
  const [category] = wells['Category'] ?? [];
  const [by, direction] = largest === undefined ? [category, 'Ascending'] : [largest, 'Descending'];
  const sortDefinition = by && { sort: [{ field: fieldOf(by), direction }], isDefaultSort: largest === undefined };
  return { queryState, ...(sortDefinition && { sortDefinition }) };
}

function objectsOf({ type, title }: Visual): Json {
  if (type === 'textbox') {
    const textStyle = { fontWeight: 'bold', fontSize: '20pt' };
    return { general: [{ properties: { paragraphs: [{ textRuns: [{ value: title, textStyle }] }] } }] };
  }
  if (type === 'slicer') {
    const mode = /day|date/i.test(title) ? 'Between' : 'Dropdown';
    const header = [{ properties: { show: literal(false) } }];
    return { data: [{ properties: { mode: literal(mode) } }], header };
  }
  return type === 'card' ? { categoryLabels: [{ properties: { show: literal(false) } }] } : {};
}

/** @returns the visual's file. @param order of the visuals for those who use the keyboard, from 0 */
export function visualFile(page: Page, visual: Visual, order: number): Json {
  const [x, y, width, height] = visual.at;
  const title = { show: literal(visual.type !== 'textbox'), text: literal(visual.title) };
  return {
    $schema: `${SCHEMAS}/definition/visualContainer/2.4.0/schema.json`,
    name: idOf(`${page.name} ${visual.title}`),
    position: { x, y, z: order * 1000, height, width, tabOrder: order * 1000 },
    visual: {
      visualType: visual.type,
      ...(visual.wells && { query: queryOf(visual) }),
      objects: objectsOf(visual),
      visualContainerObjects: { title: [{ properties: title }] },
      drillFilterOtherVisuals: true,
    },
  };
}

/** The name of a file in the report: letters and digits that stay the same. */
export function idOf(what: string): string {
  return uuidOf(`report ${what}`).replaceAll('-', '').slice(0, 20);
}

export function pageFile({ name }: Page): Json {
  return {
    $schema: `${SCHEMAS}/definition/page/2.0.0/schema.json`,
    name: idOf(name),
    displayName: name,
    displayOption: 'FitToPage',
    height: 720,
    width: 1280,
  };
}

export function pagesFile(pages: readonly Page[]): Json {
  const pageOrder = pages.map(({ name }) => idOf(name));
  const $schema = `${SCHEMAS}/definition/pagesMetadata/1.0.0/schema.json`;
  return { $schema, pageOrder, activePageName: pageOrder[0] };
}

export const REPORT_FILE: Json = {
  $schema: `${SCHEMAS}/definition/report/3.0.0/schema.json`,
  themeCollection: {},
  settings: { useEnhancedTooltips: true },
};

export const VERSION_FILE: Json = {
  $schema: `${SCHEMAS}/definition/versionMetadata/1.0.0/schema.json`,
  version: '2.0.0',
};
