import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readTmdl, TmdlError } from './tmdl.ts';
import { KINDS } from './tmdl-grammar.ts';

/** Written for this test: every construct that public projects were seen to use. */
const SAMPLES: Readonly<Record<string, string>> = {
  'database and model': `database Sample
	compatibilityLevel: 1601

model Model
	culture: en-US
	collation: Latin1_General_100_BIN2_UTF8
	defaultPowerBIDataSourceVersion: powerBI_V3
	directLakeBehavior: directLakeOnly
	discourageImplicitMeasures
	sourceQueryCulture: de-DE
	dataAccessOptions
		fastCombine
		legacyRedirects
		returnErrorValuesAsNull

annotation __PBI_TimeIntelligenceEnabled = 0

annotation 'With a blank'

queryGroup Sources

	annotation PBI_QueryGroupOrder = 0

ref table Calls
ref cultureInfo en-US
ref role 'Only one'
`,
  'columns, measures and a hierarchy': `/// Two lines
/// of description
table 'Calls and more'
	isHidden
	isPrivate
	showAsVariationsOnly
	lineageTag: 0a
	sourceLineageTag: [dbo].[calls]
	dataCategory: Time

	measure Plain = COUNTROWS(Calls)
		formatString: "€"#,0.###;("€"#,0.###)
		displayFolder: A\\B
		dataCategory: WebUrl
		isHidden
		lineageTag: 1

		changedProperty = FormatString

		changedProperty = Name

		extendedProperty ParameterMetadata =
				{
				  "version": 3
				}

		annotation PBI_FormatHint = {"isCustom":true}

	/// on several lines
	measure 'It''s = more' =
			
			VAR x = 1
			RETURN
			    x
		formatStringDefinition =
				IF(1 = 1,
				"0")
		kpi
			targetExpression = [Plain]
			statusExpression =
				1
			trendExpression = 0

	measure Fenced = \`\`\`
			1
			  + 2
			\`\`\`
		lineageTag: 2

	column day
		dataType: dateTime
		isKey
		isNullable: false
		isAvailableInMdx: false
		formatString: Long Date
		lineageTag: 3
		sourceLineageTag: day
		sourceProviderType: datetime2
		dataCategory: PaddedDateTableDates
		summarizeBy: none
		isNameInferred
		isDefaultLabel
		sourceColumn: [Day]
		sortByColumn: 'day of week'

		variation Variation
			isDefault
			relationship: 1f
			defaultHierarchy: LocalDates.'Date Hierarchy'

		annotation SummarizationSetBy = Automatic

	column Worked = Calls[day] + 1
		dataType: automatic
		relatedColumnDetails
			groupByColumn: day

	hierarchy Dates
		lineageTag: 4

		level Year
			lineageTag: 5
			column: year

		annotation TemplateId = DateHierarchy

	partition 'Calls and more' = m
		mode: import
		queryGroup: Sources
		source =
				let
				    a = 1

				in
				    a

	partition other = entity
		mode: directLake
		source
			entityName: calls
			schemaName: dbo
			expressionSource: DatabaseQuery

	annotation PBI_ResultType = Table
`,
  'incremental refresh': `table Calls
	refreshPolicy
		policyType: basic
		mode: import
		rollingWindowGranularity: year
		rollingWindowPeriods: 3
		incrementalGranularity: day
		incrementalPeriods: 40
		incrementalPeriodsOffset: -1
		pollingExpression = 1
		sourceExpression =
				let a = 1 in a
	partition Calls = policyRange
		mode: import
		source
			start: 2026-01-01
			end: 2026-02-01
			granularity: month
`,
  'a calculation group': `table Shift
	calculationGroup
		precedence: 1

		calculationItem Now = SELECTEDMEASURE()

		calculationItem YOY% =
				DIVIDE(1, 2)

			formatStringDefinition = "0%"

	column Name
		dataType: string
		sourceColumn: Name
	partition Shift = calculationGroup
		mode: import
`,
  relationships: `relationship 4f1
	isActive: false
	joinOnDateBehavior: datePartOnly
	crossFilteringBehavior: bothDirections
	fromCardinality: one
	toCardinality: many
	relyOnReferentialIntegrity
	fromColumn: 'Calls and more'.day
	toColumn: dim_date.'the date'
`,
  'expressions, data sources, roles, perspectives': `/// A parameter
expression Account = "a" meta [IsParameterQuery = true, Type = "Text"]
	lineageTag: 6
	queryGroup: Sources
	parameterValuesColumn: Calls.account

	annotation PBI_NavigationStepName = Navigation

dataSource 'SQL/one'
	impersonationMode: impersonateCurrentUser

role 'Only one'
	modelPermission: read

	tablePermission Calls = [user] = USERNAME()

	annotation PBI_Id = 7

perspective Short

	perspectiveTable Calls

		perspectiveColumn day
		perspectiveMeasure 'A measure'
`,
  'a culture': `cultureInfo pt-PT
	translations
		model Model

			table Calls
				caption: Chamadas

				column day
					caption: dia
				measure Plain
					caption: simples
					displayFolder: pasta

	linguisticMetadata =
			{
			  "Version": "1.0.0"
			}
		contentType: json

	annotation one
`,
};

const REFUSED: readonly (readonly [what: string, text: string, why: RegExp])[] = [
  ['an object nobody knows', 'tabel Calls\n', /does not begin/],
  ['a property of another object', 'table Calls\n\tsummarizeBy: none\n', /table has no summarizeBy/],
  ['a value that is not of the list', 'table T\n\tcolumn a\n\t\tdataType: text\n', /dataType is none of/],
  ['a property twice', 'table T\n\tcolumn a\n\t\tdataType: int64\n\t\tdataType: int64\n', /twice/],
  ['two columns of one name', 'table T\n\tcolumn a\n\tcolumn A\n', /another column/],
  ['a measure without an expression', 'table T\n\tmeasure m\n', /needs an expression/],
  ['an empty expression', 'table T\n\tmeasure m =\n\t\tformatString: 0\n', /empty/],
  ['a property in place of an expression', 'table T\n\tpartition T = m\n\t\tsource: let\n', /expected =/],
  ['blanks for tabs', 'table T\n    column a\n', /tabs/],
  ['a level too deep', 'table T\n\t\tcolumn a\n', /deeper/],
  ['a description of nothing', '/// words\n\ntable T\n', /right above/],
  ['a description at the end', 'table T\n/// words', /describes nothing/],
  ['a fence without an end', 'table T\n\tmeasure m = ```\n\t\t1\n', /never closed/],
  ['a relationship with one end', 'relationship r\n\tfromColumn: a.b\n', /no toColumn/],
  ['a name that needs quotes', 'table T\n\tcolumn a.b\n', /quotes/],
  ['a flag with a value that is none', 'table T\n\tisHidden: yes\n', /no value that fits/],
  ['a number that is none', 'database\n\tcompatibilityLevel: high\n', /no number/],
  ['a property without a value', 'table T\n\tlineageTag:\n', /no value/],
];

describe('the reader of TMDL', () => {
  for (const [what, text] of Object.entries(SAMPLES)) {
    test(`takes ${what}`, () => assert.ok(readTmdl(text).length > 0));
    test(`takes ${what}, with the line ends of Windows`, () =>
      assert.deepEqual(
        readTmdl(text.replaceAll('\n', '\r\n')).map(({ name }) => name),
        readTmdl(text).map(({ name }) => name),
      ));
  }

  test('its samples use every kind of object but those that no public project was seen to use', () => {
    const used = new Set(
      Object.values(SAMPLES).flatMap(text => [...text.matchAll(/^\t*([a-zA-Z]+)/gm)].map(([, word]) => word)),
    );
    assert.deepEqual(
      Object.keys(KINDS).filter(word => !used.has(word)),
      ['function', 'columnPermission', 'member', 'perspectiveHierarchy'],
    );
  });

  test('reads names, expressions and descriptions as they are meant', () => {
    const [table] = readTmdl(SAMPLES['columns, measures and a hierarchy'] ?? '');
    assert.deepEqual([table?.name, table?.description], ['Calls and more', 'Two lines\nof description']);
    const measures = table?.children.filter(({ kind }) => kind === 'measure');
    assert.deepEqual(
      measures?.map(({ name, expression }) => [name, expression]),
      [
        ['Plain', 'COUNTROWS(Calls)'],
        ["It's = more", '\nVAR x = 1\nRETURN\n    x'],
        ['Fenced', '\t\t\t1\n\t\t\t  + 2'],
      ],
    );
    const partition = table?.children.find(({ kind }) => kind === 'partition');
    assert.deepEqual(partition?.properties.get('source'), 'let\n    a = 1\n\nin\n    a');
  });

  for (const [what, text, why] of REFUSED)
    test(`refuses ${what}`, () =>
      assert.throws(
        () => readTmdl(text),
        (thrown: Error) => thrown instanceof TmdlError && why.test(thrown.message),
      ));
});
