import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { INFRA, TEMPLATE } from '../../infra/template.ts';
import { type CloudName, type Deployed, type Deployment, deploy, type Json, type JsonObject, object } from './arm.ts';

/** The compiled template, deployed with every set of parameters in infra/parameters. */

export const template: JsonObject = JSON.parse(readFileSync(TEMPLATE, 'utf8'));

export type SetName = 'default' | 'government' | 'private-network' | 'voximplant';
export const SETS: readonly SetName[] = ['default', 'government', 'private-network', 'voximplant'];

/** The parameters of a set. The files hold nothing but comments, `using` and plain values, and this checks it. */
export function parametersOf(name: SetName): JsonObject {
  const lines = readFileSync(join(INFRA, 'parameters', `${name}.bicepparam`), 'utf8').split('\n');
  const parameters: JsonObject = {};
  for (const line of lines.map(each => each.trim())) {
    if (line === '' || line.startsWith('//') || line === "using '../main.bicep'") continue;
    const [, key, value] = /^param (\w+) = (true|false|\d+|'[^']*')$/.exec(line) ?? [];
    if (key === undefined || value === undefined) throw new Error(`${name}.bicepparam: ${line}`);
    parameters[key] = JSON.parse(value.replaceAll("'", '"'));
  }
  return parameters;
}

export function setFiles(): string[] {
  return globSync('parameters/*.bicepparam', { cwd: INFRA }).map(file => basename(file, '.bicepparam'));
}

const deployments = new Map<SetName, Deployment>();

export function deployed(name: SetName): Deployment {
  const cloud: CloudName = name === 'government' ? 'government' : 'public';
  const found = deployments.get(name) ?? deploy(template, parametersOf(name), cloud);
  deployments.set(name, found);
  return found;
}

export function ofType(name: SetName, type: string): Deployed[] {
  return deployed(name).resources.filter(each => each.type === type);
}

export function only(name: SetName, type: string): Deployed {
  const [found, ...others] = ofType(name, type);
  if (found === undefined || others.length > 0) throw new Error(`${name}: expected one ${type}`);
  return found;
}

export function properties(resource: Deployed): JsonObject {
  return object(resource.body['properties']);
}

/** App settings by name. */
export function settingsOf(name: SetName): Map<string, Json> {
  const config = object(properties(only(name, 'Microsoft.Web/sites'))['siteConfig']);
  const settings = config['appSettings'];
  if (!Array.isArray(settings)) throw new Error('The app has no settings');
  return new Map(settings.map(each => [String(object(each)['name']), object(each)['value'] ?? null]));
}
