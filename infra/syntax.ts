import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Language, type Node, Parser } from 'web-tree-sitter';
import { INFRA } from './template.ts';

/**
 * What can be said of Bicep without its compiler: whether a file is well-formed. Names, types, API versions and the
 * linter's rules are the compiler's alone.
 */

/** A place where the grammar gives up. Lines and columns count from 1. */
export interface Flaw {
  readonly line: number;
  readonly column: number;
  readonly what: string;
}

const parser = await parserOfBicep();

async function parserOfBicep(): Promise<Parser> {
  await Parser.init();
  const grammar = createRequire(import.meta.url).resolve('tree-sitter-bicep/tree-sitter-bicep.wasm');
  return new Parser().setLanguage(await Language.load(grammar));
}

/** Everything here that is written in Bicep, from this folder. */
export function bicepFiles(): string[] {
  return globSync(['**/*.bicep', '**/*.bicepparam'], { cwd: INFRA })
    .map(path => path.replaceAll('\\', '/'))
    .sort();
}

/** Every flaw of a .bicep or .bicepparam file, in the order of its text. */
export function flawsOf(file: string): Flaw[] {
  const text = readFileSync(file, 'utf8');
  return flawsIn(file.endsWith('.bicepparam') ? asVariables(text) : text);
}

/** Every flaw of a Bicep text. */
export function flawsIn(text: string): Flaw[] {
  const tree = parser.parse(text);
  if (tree === null) throw new Error('The Bicep grammar was not loaded');
  const flaws = flawsBelow(tree.rootNode);
  tree.delete();
  return flaws;
}

/**
 * The grammar knows declarations of parameters and not their values, so each is read as the variable it looks like.
 * Both words take the same room: places stay what they are.
 */
function asVariables(text: string): string {
  return text.replace(/^param /gm, 'var   ');
}

/** The innermost flaws: what stands around one is only spoilt by it. */
function flawsBelow(node: Node): Flaw[] {
  if (!node.hasError) return [];
  const inner = node.children.flatMap(child => flawsBelow(child));
  if (inner.length > 0) return inner;
  const { row, column } = node.startPosition;
  const what = node.isMissing ? `${node.type} is missing` : `not understood: ${firstLine(node.text)}`;
  return [{ line: row + 1, column: column + 1, what }];
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, 60) ?? '';
}
