import { createRequire } from 'node:module';

/** Microsoft's own parser of KQL, as it runs in the portal, over the tables of a Log Analytics workspace. */

/**
 * Columns by name and KQL type: https://learn.microsoft.com/azure/azure-monitor/reference/tables/apptraces, and the
 * function over the table Operation that every workspace has.
 */
const TABLES: Readonly<Record<string, string>> = {
  AppTraces:
    'AppRoleInstance:string, AppRoleName:string, AppVersion:string, _BilledSize:real, ClientBrowser:string, ' +
    'ClientCity:string, ClientCountryOrRegion:string, ClientIP:string, ClientModel:string, ClientOS:string, ' +
    'ClientStateOrProvince:string, ClientType:string, IKey:string, _IsBillable:string, ItemCount:int, ' +
    'Measurements:dynamic, Message:string, OperationId:string, OperationName:string, ParentId:string, ' +
    'Properties:dynamic, ReferencedItemId:string, ReferencedType:string, ResourceGUID:string, _ResourceId:string, ' +
    'SDKVersion:string, SessionId:string, SeverityLevel:int, SourceSystem:string, _SubscriptionId:string, ' +
    'SyntheticSource:string, TenantId:string, TimeGenerated:datetime, Type:string, UserAccountId:string, ' +
    'UserAuthenticatedId:string, UserId:string',
  StorageBlobLogs:
    'AccountName:string, AuthenticationType:string, AuthorizationDetails:dynamic, CallerIpAddress:string, ' +
    'Category:string, ConditionsUsed:string, CorrelationId:string, DurationMs:real, Location:string, ' +
    'ObjectKey:string, OperationName:string, RequesterAppId:string, RequesterObjectId:string, ' +
    'RequesterTenantId:string, RequesterUpn:string, RequestBodySize:long, ResponseBodySize:long, ' +
    'ServerLatencyMs:real, StatusCode:string, StatusText:string, TimeGenerated:datetime, TlsVersion:string, ' +
    'Type:string, Uri:string, UserAgentHeader:string, _ResourceId:string',
  _LogOperation:
    'TimeGenerated:datetime, Category:string, Operation:string, Level:string, Detail:string, _ResourceId:string',
};

/** The part of the library that is used here. It is made for a browser, and puts itself into the global scope. */
interface Diagnostics {
  readonly Count: number;
  getItem(index: number): { readonly Code: string; readonly Message: string; readonly Start: number };
}
interface Code {
  GetDiagnostics(): Diagnostics;
}
interface Language {
  readonly KustoCode: { ParseAndAnalyze(text: string, globals: unknown): Code };
  readonly GlobalState: { readonly Default: { WithDatabase(database: unknown): unknown } };
  readonly Symbols: {
    readonly TableSymbol: { readonly $ctor7: new (name: string, schema: string, about: string) => unknown };
    readonly DatabaseSymbol: { readonly ctor: new (name: string, members: readonly unknown[]) => unknown };
  };
}

const require = createRequire(import.meta.url);
require('@kusto/language-service-next/bridge.min.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { Language } = (globalThis as unknown as { readonly Kusto: { readonly Language: Language } }).Kusto;
const { version } = require('@kusto/language-service-next/package.json') as { readonly version: string };

export const PARSER = `KQL parser @kusto/language-service-next ${version}`;

function workspaceWith(tables: readonly string[]): unknown {
  const { TableSymbol, DatabaseSymbol } = Language.Symbols;
  const members = tables.map(name => new TableSymbol.$ctor7(name, `(${TABLES[name] ?? ''})`, ''));
  return Language.GlobalState.Default.WithDatabase(new DatabaseSymbol.ctor('workspace', members));
}

const full = workspaceWith(Object.keys(TABLES));
const fresh = workspaceWith([]);

/** What is wrong with a query, names and types included; nothing when a workspace would run it. */
export function flawsOf(query: string): string[] {
  return flaws(query, full);
}

/** The same in a workspace that has received nothing: it has no table yet. */
export function flawsInFreshWorkspace(query: string): string[] {
  return flaws(query, fresh);
}

function flaws(query: string, workspace: unknown): string[] {
  const found = Language.KustoCode.ParseAndAnalyze(query, workspace).GetDiagnostics();
  return Array.from({ length: found.Count }, (_, i) => {
    const { Code, Message, Start } = found.getItem(i);
    return `${Code} at ${query.slice(0, Start).split('\n').length}: ${Message}`;
  });
}
