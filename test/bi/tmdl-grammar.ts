/**
 * What may stand in what, in TMDL: every kind of object with its properties, by the kind of their value, and the objects
 * below it. From Microsoft's description of the language and the object model behind it.
 */

/** `text` anything, `flag` a word alone or true/false, `number`, `expression` M or DAX, `object` an unnamed object. */
export type Value = 'text' | 'flag' | 'number' | 'expression' | readonly string[];

export interface Kind {
  /** Whether a name follows the word; a database may have one. */
  readonly named: boolean | 'maybe';
  /** Whether `= …` after it is allowed, or has to be there. */
  readonly expression?: 'allowed' | 'required';
  readonly properties: Readonly<Record<string, Value>>;
  readonly children: readonly string[];
  /** Properties without which nothing opens it. */
  readonly required?: readonly string[];
}

const TAGS = { lineageTag: 'text', sourceLineageTag: 'text' } as const;
const NOTES = ['annotation', 'extendedProperty', 'changedProperty'] as const;
const SUMMARIES = ['none', 'sum', 'average', 'count', 'distinctCount', 'min', 'max', 'default'];
const TYPES = ['string', 'int64', 'double', 'decimal', 'dateTime', 'boolean', 'binary', 'variant', 'automatic'];
const GRAINS = ['day', 'month', 'quarter', 'year'];

function kind(
  named: Kind['named'],
  properties: Readonly<Record<string, Value>>,
  children: readonly string[] = [],
  more: Pick<Kind, 'expression' | 'required'> = {},
): Kind {
  return { named, properties, children: [...children, ...NOTES], ...more };
}

export const KINDS: Readonly<Record<string, Kind>> = {
  database: kind(
    'maybe',
    { compatibilityLevel: 'number', id: 'text', language: 'number', compatibilityMode: 'text' },
    [],
    {
      required: ['compatibilityLevel'],
    },
  ),
  model: kind(
    true,
    {
      culture: 'text',
      sourceQueryCulture: 'text',
      collation: 'text',
      defaultPowerBIDataSourceVersion: ['powerBI_V1', 'powerBI_V2', 'powerBI_V3'],
      defaultMode: ['import', 'directQuery', 'dual', 'directLake'],
      directLakeBehavior: 'text',
      discourageImplicitMeasures: 'flag',
      discourageCompositeModels: 'flag',
      disableAutoExists: 'text',
      maxParallelismPerQuery: 'number',
      valueFilterBehavior: 'text',
    },
    ['dataAccessOptions'],
  ),
  dataAccessOptions: kind(false, { legacyRedirects: 'flag', returnErrorValuesAsNull: 'flag', fastCombine: 'flag' }),
  queryGroup: kind(true, {}),
  table: kind(
    true,
    {
      ...TAGS,
      dataCategory: 'text',
      isHidden: 'flag',
      isPrivate: 'flag',
      showAsVariationsOnly: 'flag',
      excludeFromModelRefresh: 'flag',
    },
    ['column', 'measure', 'hierarchy', 'partition', 'calculationGroup', 'refreshPolicy'],
  ),
  column: kind(
    true,
    {
      ...TAGS,
      dataType: TYPES,
      isHidden: 'flag',
      isKey: 'flag',
      isNameInferred: 'flag',
      isDataTypeInferred: 'flag',
      isDefaultLabel: 'flag',
      isDefaultImage: 'flag',
      isNullable: 'flag',
      isUnique: 'flag',
      isAvailableInMdx: 'flag',
      keepUniqueRows: 'flag',
      formatString: 'text',
      displayFolder: 'text',
      dataCategory: 'text',
      description: 'text',
      sourceProviderType: 'text',
      summarizeBy: SUMMARIES,
      sourceColumn: 'text',
      sortByColumn: 'text',
      encodingHint: 'text',
      alignment: 'text',
    },
    ['variation', 'relatedColumnDetails'],
    { expression: 'allowed' },
  ),
  variation: kind(true, { isDefault: 'flag', relationship: 'text', defaultHierarchy: 'text', defaultColumn: 'text' }),
  relatedColumnDetails: kind(false, { groupByColumn: 'text' }),
  measure: kind(
    true,
    {
      ...TAGS,
      formatString: 'text',
      displayFolder: 'text',
      dataCategory: 'text',
      description: 'text',
      isHidden: 'flag',
      isSimpleMeasure: 'flag',
      formatStringDefinition: 'expression',
      detailRowsDefinition: 'expression',
    },
    ['kpi'],
    { expression: 'required' },
  ),
  kpi: kind(false, {
    targetExpression: 'expression',
    statusExpression: 'expression',
    trendExpression: 'expression',
    targetFormatString: 'text',
    statusGraphic: 'text',
    trendGraphic: 'text',
    statusDescription: 'text',
    trendDescription: 'text',
    targetDescription: 'text',
  }),
  hierarchy: kind(true, { ...TAGS, isHidden: 'flag', displayFolder: 'text', hideMembers: 'text' }, ['level']),
  level: kind(true, { ...TAGS, column: 'text', ordinal: 'number' }, [], { required: ['column'] }),
  partition: kind(
    true,
    {
      mode: ['import', 'directQuery', 'dual', 'directLake', 'push', 'default'],
      queryGroup: 'text',
      source: 'expression',
      dataView: 'text',
      retainDataTillForceCalculate: 'flag',
    },
    ['source'],
    { expression: 'required' },
  ),
  source: kind(false, {
    entityName: 'text',
    schemaName: 'text',
    expressionSource: 'text',
    type: 'text',
    query: 'expression',
    expression: 'expression',
    start: 'text',
    end: 'text',
    granularity: GRAINS,
    refreshBookmark: 'text',
  }),
  refreshPolicy: kind(
    false,
    {
      policyType: ['basic'],
      mode: ['import', 'hybrid'],
      rollingWindowGranularity: GRAINS,
      rollingWindowPeriods: 'number',
      incrementalGranularity: GRAINS,
      incrementalPeriods: 'number',
      incrementalPeriodsOffset: 'number',
      pollingExpression: 'expression',
      sourceExpression: 'expression',
    },
    [],
    { required: ['rollingWindowGranularity', 'rollingWindowPeriods', 'incrementalGranularity', 'incrementalPeriods'] },
  ),
  calculationGroup: kind(
    false,
    { precedence: 'number', multipleOrEmptySelectionExpression: 'expression', noSelectionExpression: 'expression' },
    ['calculationItem'],
  ),
  calculationItem: kind(true, { ordinal: 'number', formatStringDefinition: 'expression', description: 'text' }, [], {
    expression: 'required',
  }),
  relationship: kind(
    true,
    {
      fromColumn: 'text',
      toColumn: 'text',
      isActive: 'flag',
      fromCardinality: ['one', 'many', 'none'],
      toCardinality: ['one', 'many', 'none'],
      crossFilteringBehavior: ['oneDirection', 'bothDirections', 'automatic'],
      securityFilteringBehavior: ['oneDirection', 'bothDirections', 'none'],
      joinOnDateBehavior: ['dateAndTime', 'datePartOnly'],
      relyOnReferentialIntegrity: 'flag',
    },
    [],
    { required: ['fromColumn', 'toColumn'] },
  ),
  expression: kind(
    true,
    {
      ...TAGS,
      queryGroup: 'text',
      parameterValuesColumn: 'text',
      kind: ['m'],
      mAttributes: 'text',
      expressionSource: 'text',
      remoteParameterName: 'text',
    },
    [],
    { expression: 'required' },
  ),
  function: kind(true, { ...TAGS, isHidden: 'flag' }, [], { expression: 'required' }),
  dataSource: kind(true, { impersonationMode: 'text', connectionString: 'text', type: 'text', provider: 'text' }, [], {
    expression: 'allowed',
  }),
  role: kind(
    true,
    { modelPermission: ['none', 'read', 'readRefresh', 'refresh', 'administrator'], description: 'text' },
    ['tablePermission', 'member'],
  ),
  tablePermission: kind(true, { metadataPermission: ['none', 'read', 'default'] }, ['columnPermission'], {
    expression: 'allowed',
  }),
  columnPermission: kind(true, {}, [], { expression: 'required' }),
  member: kind(true, { identityProvider: 'text', memberType: 'text', memberId: 'text' }, [], { expression: 'allowed' }),
  perspective: kind(true, {}, ['perspectiveTable']),
  perspectiveTable: kind(true, { includeAll: 'flag' }, [
    'perspectiveColumn',
    'perspectiveMeasure',
    'perspectiveHierarchy',
  ]),
  perspectiveColumn: kind(true, {}),
  perspectiveMeasure: kind(true, {}),
  perspectiveHierarchy: kind(true, {}),
  cultureInfo: kind(true, { linguisticMetadata: 'expression' }, ['translations', 'linguisticMetadata']),
  linguisticMetadata: kind(false, { contentType: ['xml', 'json'] }, [], { expression: 'required' }),
  translations: kind(false, {}, ['translated model']),
  annotation: { named: true, expression: 'allowed', properties: {}, children: [] },
  extendedProperty: { named: true, expression: 'required', properties: { type: ['string', 'json'] }, children: [] },
  changedProperty: { named: false, expression: 'required', properties: {}, children: [] },
};

const TRANSLATED = { caption: 'text', description: 'text', displayFolder: 'text' } as const;

/** Below `translations` the same words have names and captions, and nothing else. */
export const TRANSLATED_KIND: Kind = {
  named: true,
  properties: TRANSLATED,
  children: ['model', 'table', 'column', 'measure', 'hierarchy', 'level'],
};

/** What may begin in the first column of a file; children of the model need not stand below it. */
export const TOP: readonly string[] = [
  'database',
  'model',
  'table',
  'relationship',
  'expression',
  'function',
  'role',
  'perspective',
  'cultureInfo',
  'queryGroup',
  'dataSource',
  'annotation',
  'extendedProperty',
  'changedProperty',
];
