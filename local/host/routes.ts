/** Parameters of the path that matched, decoded; an optional one that is absent is missing. */
export type Params = Record<string, string>;

export interface Route {
  /** @returns the parameters, or `undefined` when the path is another one. Paths have no query. */
  match(path: string): Params | undefined;
  /** One digit per segment; the text that sorts first is the more specific route and is tried first. */
  readonly precedence: string;
}

const CONSTRAINTS: Readonly<Record<string, RegExp>> = {
  int: /^[+-]?\d{1,10}$/,
  long: /^[+-]?\d{1,19}$/,
  guid: /^\{?[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\}?$/i,
  bool: /^(?:true|false)$/i,
  alpha: /^[a-z]+$/i,
};

interface Segment {
  readonly kind: 'literal' | 'parameter' | 'optional' | 'rest';
  readonly name: string;
  readonly constraints: readonly RegExp[];
}

/**
 * Reads a route template such as `days/{dataset}/{day:regex(^\\d{{4}}-\\d\\d$)}`. A parameter takes a whole segment;
 * braces inside of a constraint are doubled, as ASP.NET wants them.
 *
 * @throws on a constraint or a form of parameter this host does not know
 */
export function compileRoute(template: string): Route {
  const segments = splitPath(template).map(readSegment);
  return {
    precedence: segments.map(rank).join(''),
    match: path => matchSegments(segments, splitPath(path)),
  };
}

function splitPath(path: string): string[] {
  return path.split('/').filter(part => part !== '');
}

function readSegment(text: string): Segment {
  if (!/[{}]/.test(text)) return { kind: 'literal', name: text.toLowerCase(), constraints: [] };
  const match = /^\{(\*{0,2})(\w+)((?::\w+(?:\(.*\))?)*)(\?)?\}$/.exec(text);
  if (match === null) throw new Error(`route segment "${text}" is of a form this host does not know`);
  const [, star, name = '', constraints = '', optional] = match;
  const kind = star ? 'rest' : optional ? 'optional' : 'parameter';
  return { kind, name, constraints: readConstraints(constraints, text) };
}

function readConstraints(text: string, segment: string): RegExp[] {
  if (text === '') return [];
  const regex = /^:regex\((.+)\)$/.exec(text)?.[1];
  // ASP.NET's regular expressions ignore case here.
  if (regex !== undefined) return [new RegExp(regex.replaceAll('{{', '{').replaceAll('}}', '}'), 'i')];
  return text
    .slice(1)
    .split(':')
    .map(name => {
      const known = CONSTRAINTS[name];
      if (known === undefined)
        throw new Error(`route segment "${segment}": constraint ${name} is unknown to this host`);
      return known;
    });
}

function rank({ kind, constraints }: Segment): number {
  if (kind === 'literal') return 1;
  return (kind === 'rest' ? 4 : 2) + (constraints.length > 0 ? 0 : 1);
}

function matchSegments(segments: readonly Segment[], parts: readonly string[]): Params | undefined {
  const params: Params = {};
  for (const [index, segment] of segments.entries()) {
    const raw = segment.kind === 'rest' ? parts.slice(index).join('/') : parts[index];
    if (raw === undefined || raw === '') {
      if (segment.kind === 'optional' || segment.kind === 'rest') continue;
      return undefined;
    }
    const value = decode(raw);
    if (value === undefined) return undefined;
    if (segment.kind === 'literal') {
      if (value.toLowerCase() !== segment.name) return undefined;
      continue;
    }
    if (!segment.constraints.every(constraint => constraint.test(value))) return undefined;
    params[segment.name] = value;
  }
  const takesRest = segments.at(-1)?.kind === 'rest';
  return takesRest || parts.length <= segments.length ? params : undefined;
}

/** `undefined` for a percent sign that starts no escape: such a path leads nowhere. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
