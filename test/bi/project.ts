import { type Dax, type Reference, readDax } from './dax.ts';
import { mProblem, undefinedIn } from './m.ts';
import { schemaProblems } from './schemas.ts';
import { readTmdl, type TmdlNode, unquoted } from './tmdl.ts';

/** Everything that is checked of a Power BI project, from the text of its files alone. */

interface ReadModel {
  /** Columns by table. */
  readonly tables: ReadonlyMap<string, ReadonlySet<string>>;
  readonly measures: ReadonlySet<string>;
  readonly nodes: readonly { readonly file: string; readonly node: TmdlNode }[];
}

const MODEL = /^Landline\.SemanticModel\/definition\/.*\.tmdl$/;
const MONEY = /charge/;

/** @returns what is wrong, a line each; none when all is right */
export async function projectProblems(files: ReadonlyMap<string, string>): Promise<string[]> {
  const problems: string[] = [];
  const nodes: { file: string; node: TmdlNode }[] = [];
  for (const [file, text] of files) {
    if (!MODEL.test(file)) problems.push(...schemaProblems(file, text));
    else
      try {
        for (const node of readTmdl(text)) nodes.push({ file, node });
      } catch (thrown) {
        problems.push(`${file}: ${String(thrown)}`);
      }
  }
  const model = modelOf(nodes);
  problems.push(...relationshipProblems(model), ...tableProblems(model), ...daxProblems(model));
  problems.push(...(await powerQueryProblems(model)));
  for (const [file, text] of files)
    if (file.endsWith('visual.json')) problems.push(...visualProblems(file, JSON.parse(text), model));
  return problems;
}

function modelOf(nodes: ReadModel['nodes']): ReadModel {
  const tables = nodes.filter(({ node }) => node.kind === 'table').map(({ node }) => node);
  const namesOf = (node: TmdlNode, kind: string): string[] =>
    node.children.filter(child => child.kind === kind).map(({ name }) => name);
  return {
    nodes,
    tables: new Map(tables.map(table => [table.name, new Set(namesOf(table, 'column'))])),
    measures: new Set(tables.flatMap(table => namesOf(table, 'measure'))),
  };
}

function hasColumn({ tables }: ReadModel, table: string, column: string): boolean {
  return tables.get(table)?.has(column) === true;
}

function relationshipProblems(model: ReadModel): string[] {
  const found = model.nodes.filter(({ node }) => node.kind === 'relationship');
  const pairs = new Map<string, number>();
  const problems = found.flatMap(({ node }) => {
    const ends = ['fromColumn', 'toColumn'].map(end => (node.properties.get(end) ?? '').split('.').map(unquoted));
    const [from, to] = ends.map(([table]) => table);
    if (node.properties.get('isActive') !== 'false') pairs.set(`${from} ${to}`, (pairs.get(`${from} ${to}`) ?? 0) + 1);
    return ends
      .filter(([table = '', column = '']) => !hasColumn(model, table, column))
      .map(end => `relationships: there is no column ${end.join('.')}`);
  });
  const twice = [...pairs].filter(([, count]) => count > 1).map(([pair]) => `relationships: two are active: ${pair}`);
  return [...problems, ...twice];
}

function tableProblems(model: ReadModel): string[] {
  const refs = model.nodes.filter(({ node }) => node.kind === 'ref table').map(({ node }) => node.name);
  const named = [...model.tables.keys()];
  const problems = [
    ...named.filter(name => !refs.includes(name)).map(name => `model: no ref to table ${name}`),
    ...refs.filter(name => !named.includes(name)).map(name => `model: there is no table ${name}`),
  ];
  for (const { node } of model.nodes.filter(({ node }) => node.kind === 'table')) {
    for (const column of node.children.filter(({ kind }) => kind === 'column')) {
      const by = column.properties.get('sortByColumn');
      if (by !== undefined && !hasColumn(model, node.name, unquoted(by)))
        problems.push(`${node.name}: ${column.name} is sorted by ${by}, which is not there`);
      for (const property of ['dataType', 'sourceColumn', 'lineageTag', 'summarizeBy'])
        if (!column.properties.has(property)) problems.push(`${node.name}.${column.name} has no ${property}`);
      if (column.description === '') problems.push(`${node.name}.${column.name} has no description`);
    }
    if (!node.children.some(({ kind }) => kind === 'partition')) problems.push(`${node.name} has no partition`);
  }
  const tags = model.nodes
    .flatMap(({ node }) => [node, ...node.children])
    .flatMap(({ properties }) => {
      const tag = properties.get('lineageTag');
      return tag === undefined ? [] : [tag];
    });
  if (new Set(tags).size !== tags.length) problems.push('two things share a lineageTag');
  return problems;
}

function daxProblems(model: ReadModel): string[] {
  return model.nodes.flatMap(({ node }) =>
    node.children.flatMap(child => {
      if (child.kind === 'measure') return daxProblem(`measure ${child.name}`, child.expression ?? '', model, true);
      if (child.kind === 'partition' && child.expression === 'calculated')
        return daxProblem(`table ${node.name}`, child.properties.get('source') ?? '', model, false);
      return [];
    }),
  );
}

function daxProblem(what: string, text: string, model: ReadModel, isMeasure: boolean): string[] {
  let dax: Dax;
  try {
    dax = readDax(text);
  } catch (thrown) {
    return [`${what}: ${String(thrown)}`];
  }
  const problems = dax.references
    .filter(reference => !isThere(reference, dax, model))
    .map(({ table, name }) => `${what}: there is no ${table ?? ''}[${name}]`);
  problems.push(
    ...dax.tables.filter(name => !model.tables.has(name)).map(name => `${what}: there is no table ${name}`),
  );
  if (isMeasure && dax.references.some(({ name }) => MONEY.test(name)) && !isBound(dax))
    problems.push(`${what}: adds money without being bound to one currency`);
  return problems;
}

function isThere({ table, name }: Reference, dax: Dax, model: ReadModel): boolean {
  if (table !== undefined) return hasColumn(model, table, name);
  // A column that a table of the expression has, by its name alone.
  const carried = dax.references.some(other => other.table !== undefined && other.name === name);
  return model.measures.has(name) || dax.made.includes(name) || carried;
}

/**
 * Whether amounts are added inside of `IF ( COUNTROWS ( currencies ) = 1, … )` alone, with the currencies of every fact
 * whose amounts are added.
 */
function isBound({ tokens, references }: Dax): boolean {
  const text = tokens.join(' ');
  const [head = '', body = ''] = text.split(' RETURN ');
  const inBranch = /^IF \( COUNTROWS \( currencies \) = 1 , DIVIDE \( (.*) , 1000000 \) \)$/.exec(body)?.[1];
  if (inBranch === undefined || !/^VAR currencies = FILTER \(/.test(head) || MONEY.test(head)) return false;
  const facts = references.filter(({ name }) => MONEY.test(name)).map(({ table }) => table);
  return facts.every(fact => head.includes(`VALUES ( ${fact} [currency_key] )`));
}

async function powerQueryProblems(model: ReadModel): Promise<string[]> {
  const shared = new Set(model.nodes.filter(({ node }) => node.kind === 'expression').map(({ node }) => node.name));
  const texts: [what: string, text: string][] = [];
  for (const { node } of model.nodes) {
    if (node.kind === 'expression') texts.push([`expression ${node.name}`, node.expression ?? '']);
    for (const child of node.children) {
      if (child.kind === 'partition' && child.expression === 'm')
        texts.push([`table ${node.name}`, child.properties.get('source') ?? '']);
      if (child.kind === 'refreshPolicy')
        for (const name of ['pollingExpression', 'sourceExpression'])
          texts.push([`${name} of ${node.name}`, child.properties.get(name) ?? '']);
    }
  }
  const problems: string[] = [];
  for (const [what, text] of texts) {
    const problem = await mProblem(text);
    if (problem !== undefined) problems.push(`${what}: ${problem}`);
    for (const name of undefinedIn(text, shared)) problems.push(`${what}: nobody defines ${name}`);
    if (/^(poll|source)/.test(what) && !(text.includes('RangeStart') && text.includes('RangeEnd')))
      problems.push(`${what}: reads all days`);
  }
  return problems;
}

/** Every field that a visual shows, sorts by or filters on. */
function visualProblems(file: string, value: unknown, model: ReadModel): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const problems = Object.values(value).flatMap(each => visualProblems(file, each, model));
  for (const kind of ['Column', 'Measure'] as const) {
    const field = (value as Record<string, { Property?: string; Expression?: { SourceRef?: { Entity?: string } } }>)[
      kind
    ];
    const [entity, property] = [field?.Expression?.SourceRef?.Entity, field?.Property];
    if (entity === undefined || property === undefined) continue;
    const isHere =
      kind === 'Column' ? hasColumn(model, entity, property) : entity === '_Measures' && model.measures.has(property);
    if (!isHere) problems.push(`${file}: there is no ${kind.toLowerCase()} ${entity}.${property}`);
  }
  return problems;
}
