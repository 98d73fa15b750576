import { createHash } from 'node:crypto';

/**
 * Evaluates a compiled ARM template the way a deployment would, far enough to see which resources a set of parameters
 * makes and with which values. Anything it does not know is an error, so that nothing is asserted by accident.
 */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A resource as it would be sent, with all expressions evaluated. */
export interface Deployed {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly body: JsonObject;
}

export interface Deployment {
  readonly resources: readonly Deployed[];
  readonly outputs: Readonly<Record<string, Json>>;
}

const CLOUDS = {
  public: { storage: 'core.windows.net', keyvaultDns: '.vault.azure.net' },
  government: { storage: 'core.usgovcloudapi.net', keyvaultDns: '.vault.usgovcloudapi.net' },
} as const;
export type CloudName = keyof typeof CLOUDS;

interface Frame {
  readonly template: JsonObject;
  readonly parameters: ReadonlyMap<string, Json>;
  readonly group: string;
  readonly cloud: CloudName;
  /** By id, and by symbol or id for modules: what `reference` answers. */
  readonly known: Map<string, Json>;
  readonly lambda: ReadonlyMap<string, Json>;
  readonly index: number | undefined;
}

const SUBSCRIPTION = '00000000-aaaa-bbbb-cccc-000000000000';

export function deploy(template: JsonObject, parameters: JsonObject, cloud: CloudName = 'public'): Deployment {
  return run(template, new Map(Object.entries(parameters)), '', cloud);
}

function run(
  template: JsonObject,
  given: ReadonlyMap<string, Json>,
  group: string,
  cloud: CloudName,
): Deployment & { readonly known: Map<string, Json> } {
  const parameters = new Map<string, Json>();
  const frame: Frame = { template, parameters, group, cloud, known: new Map(), lambda: new Map(), index: undefined };
  for (const name of given.keys())
    if (!(name in object(template['parameters'] ?? {}))) throw new Error(`No parameter ${name}`);
  for (const [name, declared] of Object.entries(object(template['parameters'] ?? {}))) {
    const value = given.get(name) ?? object(declared)['defaultValue'];
    if (value === undefined) throw new Error(`Parameter ${name} is not given`);
    const allowed = object(declared)['allowedValues'];
    const evaluated = given.has(name) ? value : evaluate(value, frame);
    if (Array.isArray(allowed) && !allowed.includes(evaluated)) throw new Error(`${name}: ${evaluated} is not allowed`);
    parameters.set(name, evaluated);
  }
  const resources: Deployed[] = [];
  for (const [symbol, resource] of inOrder(template)) resources.push(...deployOne(symbol, resource, frame));
  const outputs = Object.entries(object(template['outputs'] ?? {})).map(
    ([name, output]) => [name, evaluate(object(output)['value'] ?? null, frame)] as const,
  );
  return { resources, outputs: Object.fromEntries(outputs), known: frame.known };
}

/** Those that others are named by, or refer to, first: here a resource follows all it depends on. */
function inOrder(template: JsonObject): [string, JsonObject][] {
  const raw = template['resources'] ?? {};
  const entries: [string, JsonObject][] = Array.isArray(raw)
    ? raw.map((each, i) => [String(i), object(each)])
    : Object.entries(raw).map(([symbol, each]) => [symbol, object(each)]);
  if (Array.isArray(raw)) {
    // Ids in dependsOn are expressions; what has them comes after what has none, which is enough for leaf modules.
    return entries.sort(([, a], [, b]) => list(a['dependsOn']).length - list(b['dependsOn']).length);
  }
  const done = new Set<string>();
  const sorted: [string, JsonObject][] = [];
  while (sorted.length < entries.length) {
    const ready = entries.filter(
      ([symbol, each]) => !done.has(symbol) && list(each['dependsOn']).every(needed => done.has(symbolIn(needed))),
    );
    if (ready.length === 0) throw new Error('Resources depend on each other in a circle');
    for (const [symbol, each] of ready) {
      done.add(symbol);
      sorted.push([symbol, each]);
    }
  }
  return sorted;
}

/** Of `zones` and of `[format('zones[{0}]', copyIndex())]`, one of a loop, the symbol: all of a loop come first here. */
function symbolIn(needed: Json): string {
  return /^\[format\('(\w+)\[/.exec(text(needed))?.[1] ?? text(needed);
}

function deployOne(symbol: string, resource: JsonObject, frame: Frame): Deployed[] {
  if (resource['existing'] === true) {
    const type = text(resource['type']);
    const name = text(evaluate(resource['name'] ?? null, frame));
    frame.known.set(symbol, runtimeOf(type, name, frame));
    return [];
  }
  if (resource['condition'] !== undefined && evaluate(resource['condition'], frame) !== true) return [];
  const copy = resource['copy'];
  const count = copy === undefined ? undefined : Number(evaluate(object(copy)['count'] ?? 0, frame));
  const indexes = count === undefined ? [undefined] : Array.from({ length: count }, (_, i) => i);
  return indexes.flatMap(index => deployAt(symbol, resource, { ...frame, index }));
}

function deployAt(symbol: string, resource: JsonObject, frame: Frame): Deployed[] {
  const type = text(resource['type']);
  const name = text(evaluate(resource['name'] ?? null, frame));
  const id = idOf(type, name.split('/'), frame.group);
  if (type === 'Microsoft.Resources/deployments') {
    const properties = object(resource['properties']);
    const given = Object.entries(object(properties['parameters'] ?? {})).map(
      ([key, each]) => [key, object(evaluate(each, frame))['value'] ?? null] as const,
    );
    const group = text(evaluate(resource['resourceGroup'] ?? '', frame));
    const inner = run(object(properties['template']), new Map(given), group, frame.cloud);
    const outputs = Object.fromEntries(Object.entries(inner.outputs).map(([key, value]) => [key, { value }]));
    frame.known.set(symbol, { outputs });
    return [...inner.resources];
  }
  const { dependsOn: _, copy: __, condition: ___, ...rest } = resource;
  const body = object(evaluate(rest, frame));
  for (const key of [symbol, id]) frame.known.set(key, runtimeOf(type, name, frame));
  const scope = body['scope'];
  return [{ type, name, id: scope === undefined ? id : `${text(scope)}/providers/${type}/${name}`, body }];
}

function idOf(type: string, names: readonly string[], group: string): string {
  const [provider = '', ...kinds] = type.split('/');
  const path = kinds.map((kind, i) => `${kind}/${names[i]}`).join('/');
  return `/subscriptions/${SUBSCRIPTION}/resourceGroups/${group}/providers/${provider}/${path}`;
}

/** What only Azure knows once a resource is there. */
function runtimeOf(type: string, name: string, frame: Frame): Json {
  const { storage, keyvaultDns } = CLOUDS[frame.cloud];
  switch (type) {
    case 'Microsoft.Storage/storageAccounts': {
      const services = ['blob', 'queue', 'table', 'dfs'].map(each => [each, `https://${name}.${each}.${storage}/`]);
      return { primaryEndpoints: Object.fromEntries(services) };
    }
    case 'Microsoft.ManagedIdentity/userAssignedIdentities':
      return { clientId: 'c1c1c1c1-0000-0000-0000-000000000001', principalId: 'd2d2d2d2-0000-0000-0000-000000000002' };
    case 'Microsoft.KeyVault/vaults':
      return { vaultUri: `https://${name}${keyvaultDns}/` };
    case 'Microsoft.Web/sites':
      return { defaultHostName: `${name}.sites.example` };
    case 'Microsoft.Insights/components':
      return { ConnectionString: 'InstrumentationKey=00000000-0000-0000-0000-000000000000' };
    default:
      return {};
  }
}

function evaluate(value: Json, frame: Frame): Json {
  if (Array.isArray(value)) return value.map(each => evaluate(each, frame));
  if (typeof value === 'object' && value !== null) {
    const evaluated = Object.entries(value).map(([key, each]) => [text(evaluate(key, frame)), evaluate(each, frame)]);
    return Object.fromEntries(evaluated);
  }
  if (typeof value !== 'string' || !value.startsWith('[')) return value;
  if (value.startsWith('[[')) return value.slice(1);
  const parser = new Parser(value.slice(1, -1));
  const node = parser.expression();
  parser.end();
  return compute(node, frame);
}

type Node =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'member'; readonly of: Node; readonly key: Node };

class Parser {
  private at = 0;
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  expression(): Node {
    let node = this.term();
    for (;;) {
      if (this.take('.')) node = { kind: 'member', of: node, key: { kind: 'value', value: this.match(/\w+/y) } };
      else if (this.take('[')) {
        node = { kind: 'member', of: node, key: this.expression() };
        this.need(']');
      } else return node;
    }
  }

  end(): void {
    if (this.at !== this.source.length) throw new Error(`Not understood: ${this.source.slice(this.at)}`);
  }

  private term(): Node {
    if (this.source[this.at] === "'") {
      return {
        kind: 'value',
        value: this.match(/'(?:[^']|'')*'/y)
          .slice(1, -1)
          .replaceAll("''", "'"),
      };
    }
    if (/[-\d]/.test(this.source[this.at] ?? '')) return { kind: 'value', value: Number(this.match(/-?\d+/y)) };
    const name = this.match(/\w+/y);
    this.need('(');
    const args: Node[] = [];
    if (this.take(')')) return { kind: 'call', name, args };
    do {
      this.match(/\s*/y);
      args.push(this.expression());
    } while (this.take(','));
    this.need(')');
    return { kind: 'call', name, args };
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0];
    if (found === undefined) throw new Error(`Not understood: ${this.source.slice(this.at)}`);
    this.at += found.length;
    return found;
  }

  private take(sign: string): boolean {
    if (this.source[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  private need(sign: string): void {
    if (!this.take(sign)) throw new Error(`Expected ${sign} at: ${this.source.slice(this.at)}`);
  }
}

function compute(node: Node, frame: Frame): Json {
  switch (node.kind) {
    case 'value':
      return node.value;
    case 'member': {
      const of = compute(node.of, frame);
      const key = compute(node.key, frame);
      const found = memberOf(of, key);
      if (found === undefined) throw new Error(`There is no ${JSON.stringify(key)} in ${JSON.stringify(of)}`);
      return found;
    }
    case 'call':
      return call(node.name, node.args, frame);
  }
}

function memberOf(of: Json, key: Json): Json | undefined {
  if (Array.isArray(of)) return of[Number(key)];
  return typeof of === 'object' && of !== null ? of[text(key)] : undefined;
}

function call(name: string, nodes: readonly Node[], frame: Frame): Json {
  const arg = (i: number): Json => {
    const node = nodes[i];
    return node === undefined ? null : compute(node, frame);
  };
  const args = (): Json[] => nodes.map(node => compute(node, frame));
  const lambda = (i: number): ((item: Json) => Json) => {
    const node = nodes[i];
    if (node?.kind !== 'call' || node.name !== 'lambda') throw new Error(`${name} needs a lambda`);
    const [parameter, body] = node.args;
    if (parameter?.kind !== 'value' || body === undefined) throw new Error('A lambda of one parameter is expected');
    return item => compute(body, { ...frame, lambda: new Map(frame.lambda).set(text(parameter.value), item) });
  };
  switch (name) {
    case 'parameters':
      return must(frame.parameters.get(text(arg(0))), `parameter ${text(arg(0))}`);
    case 'variables':
      return evaluate(must(object(frame.template['variables'] ?? {})[text(arg(0))], `variable ${text(arg(0))}`), frame);
    case 'lambdaVariables':
      return must(frame.lambda.get(text(arg(0))), 'lambda variable');
    case 'copyIndex':
      return must(frame.index, 'copy index');
    case 'reference': {
      const key = text(arg(0));
      // A module whose condition is not met has no outputs; those who ask use tryGet or a condition.
      return frame.known.get(key) ?? runtimeOf(typeOf(key), key.split('/').at(-1) ?? '', frame);
    }
    case 'if':
      return arg(0) === true ? arg(1) : arg(2);
    case 'equals':
      return JSON.stringify(arg(0)) === JSON.stringify(arg(1));
    case 'not':
      return arg(0) !== true;
    case 'and':
      return nodes.every((_, i) => arg(i) === true);
    case 'or':
      return nodes.some((_, i) => arg(i) === true);
    case 'greater':
      return Number(arg(0)) > Number(arg(1));
    case 'empty':
      return lengthOf(arg(0)) === 0;
    case 'length':
      return lengthOf(arg(0));
    case 'coalesce':
      return args().find(each => each !== null) ?? null;
    case 'tryGet': {
      let found: Json | undefined = arg(0);
      for (const key of args().slice(1)) found = found === undefined ? undefined : memberOf(found, key);
      return found ?? null;
    }
    case 'true':
      return true;
    case 'null':
      return null;
    case 'format':
      return text(arg(0)).replaceAll(/\{(\d+)\}/g, (_, i) => String(arg(Number(i) + 1)));
    case 'concat':
      return args().flatMap(each => list(each));
    case 'union':
      return args().reduce((a, b) => merged(object(a), object(b)));
    case 'createObject': {
      const values = args();
      return Object.fromEntries(values.flatMap((key, i) => (i % 2 === 0 ? [[text(key), values[i + 1] ?? null]] : [])));
    }
    case 'createArray':
      return args();
    case 'items':
      return Object.entries(object(arg(0)))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => ({ key, value }));
    case 'filter':
      return list(arg(0)).filter(each => lambda(1)(each) === true);
    case 'map':
      return list(arg(0)).map(each => lambda(1)(each));
    case 'toObject':
      return Object.fromEntries(list(arg(0)).map(each => [text(lambda(1)(each)), lambda(2)(each)]));
    case 'indexOf':
      return list(arg(0)).indexOf(arg(1));
    case 'string': {
      const value = arg(0);
      return typeof value === 'string' ? value : JSON.stringify(value);
    }
    case 'toLower':
      return text(arg(0)).toLowerCase();
    case 'replace':
      return text(arg(0)).replaceAll(text(arg(1)), text(arg(2)));
    case 'startsWith':
      return text(arg(0)).startsWith(text(arg(1)));
    case 'substring':
      return text(arg(0)).slice(Number(arg(1)));
    case 'uniqueString':
      return createHash('sha1').update(args().join('|')).digest('hex').slice(0, 13);
    case 'contains': {
      const [of = null, key = null] = args();
      return Array.isArray(of) ? of.includes(key) : memberOf(of, key) !== undefined;
    }
    case 'split':
      return text(arg(0)).split(text(arg(1)));
    case 'join':
      return list(arg(0))
        .map(text)
        .join(text(arg(1)));
    case 'fail':
      throw new Error(text(arg(0)));
    case 'guid':
      return createHash('sha1').update(args().join('|')).digest('hex');
    case 'cidrSubnet':
      return `${text(arg(0))}#${arg(2)}/${arg(1)}`;
    case 'resourceId': {
      const [type, ...names] = args().map(text);
      return idOf(type ?? '', names, frame.group);
    }
    case 'subscriptionResourceId': {
      const [type, ...names] = args().map(text);
      return `/subscriptions/${SUBSCRIPTION}/providers/${type}/${names.join('/')}`;
    }
    case 'deployment':
      return { name: 'main', location: 'westeurope' };
    case 'subscription':
      return { id: `/subscriptions/${SUBSCRIPTION}`, subscriptionId: SUBSCRIPTION };
    case 'resourceGroup':
      return { id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/${frame.group}`, name: frame.group };
    case 'tenant':
      return { tenantId: '99999999-0000-0000-0000-000000000009' };
    case 'environment':
      return { suffixes: { ...CLOUDS[frame.cloud] } };
    default:
      throw new Error(`The function ${name} is not known here`);
  }
}

function typeOf(id: string): string {
  const [, provider, ...rest] = /\/providers\/([^/]+)\/(.*)$/.exec(id)?.slice(0) ?? [];
  const kinds = rest.join('/').split('/');
  return [provider, ...kinds.filter((_, i) => i % 2 === 0)].join('/');
}

/** Objects inside objects are merged, everything else is replaced. */
function merged(a: JsonObject, b: JsonObject): JsonObject {
  const into = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const held = into[key];
    into[key] = isObject(held) && isObject(value) ? merged(held, value) : value;
  }
  return into;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function object(value: Json | undefined): JsonObject {
  if (!isObject(value)) throw new Error(`Expected an object, got ${JSON.stringify(value)}`);
  return value;
}

export function list(value: Json | undefined): Json[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Error(`Expected a list, got ${JSON.stringify(value)}`);
  return value;
}

export function text(value: Json | undefined): string {
  if (typeof value !== 'string') throw new Error(`Expected a text, got ${JSON.stringify(value)}`);
  return value;
}

function lengthOf(value: Json): number {
  if (value === null) return 0;
  return typeof value === 'string' || Array.isArray(value) ? value.length : Object.keys(object(value)).length;
}

function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`There is no ${what}`);
  return value;
}
