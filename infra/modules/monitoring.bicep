// How it is watched: one workspace, one Application Insights over it that takes telemetry only from identities, an
// alert per thing that can go wrong, and one workbook. Queries and alerts are files of their own, one copy each.

param workspaceName string

param telemetryName string

param actionGroupName string

param location string

param tags { *: string }

@description('Days for which telemetry is kept.')
@minValue(30)
@maxValue(730)
param retentionDays int

@description('Maximum telemetry per day, in gigabytes; -1: no limit.')
param dailyCapGb int

@description('Mail address to which alerts are sent; empty: alerts show only in the portal.')
param alertEmail string

@description('Whether the alerts are switched on.')
param alertsEnabled bool

@description('Address of docs/operations.md, where each alert has its heading.')
param operationsUrl string

var alerts = loadJsonContent('../alerts.json')

var alertsBegin = loadTextContent('../kql/alerts-begin.kql')

var alertQueries = {
  'no-heartbeat': loadTextContent('../kql/alerts/no-heartbeat.kql')
  missing: loadTextContent('../kql/alerts/missing.kql')
  failed: loadTextContent('../kql/alerts/failed.kql')
  'auth-forbidden': loadTextContent('../kql/alerts/auth-forbidden.kql')
  expiring: loadTextContent('../kql/alerts/expiring.kql')
  suspect: loadTextContent('../kql/alerts/suspect.kql')
  'schema-drifted': loadTextContent('../kql/alerts/schema-drifted.kql')
  throttled: loadTextContent('../kql/alerts/throttled.kql')
  'daily-cap': loadTextContent('../kql/alerts/daily-cap.kql')
}

var tileQueries = {
  coverage: loadTextContent('../kql/workbook/coverage.kql')
  lag: loadTextContent('../kql/workbook/lag.kql')
  'late-rows': loadTextContent('../kql/workbook/late-rows.kql')
  throttling: loadTextContent('../kql/workbook/throttling.kql')
  failures: loadTextContent('../kql/workbook/failures.kql')
  cost: loadTextContent('../kql/workbook/cost.kql')
  'log-volume': loadTextContent('../kql/workbook/log-volume.kql')
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    workspaceCapping: { dailyQuotaGb: dailyCapGb }
    features: { disableLocalAuth: true }
  }
}

resource telemetry 'Microsoft.Insights/components@2020-02-02' = {
  name: telemetryName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: true
  }
}

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actionGroupName
  location: 'Global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'landline'
    emailReceivers: alertEmail == ''
      ? []
      : [{ name: 'mail', emailAddress: alertEmail, useCommonAlertSchema: true }]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in alerts: {
    name: 'landline-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.title
      description: '${alert.about} What to do: ${operationsUrl}#${alert.name}'
      enabled: alertsEnabled
      severity: alert.severity
      scopes: [workspace.id]
      evaluationFrequency: alert.every
      windowSize: alert.window
      // Resolved by itself, which a mail tells, when its query has no rows. None has that for want of telemetry alone.
      autoMitigate: true
      // At the first deployment the tables do not exist yet. test/infra/kusto.test.ts looks at the queries instead.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            // Every query answers with rows only when something is wrong.
            query: '${alertsBegin}${alertQueries[alert.name]}'
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [actionGroup.id] }
    }
  }
]

var layout = loadJsonContent('../workbook.json')
var tiles = map(layout.items, item => item.type == 3
  ? union(item, {
      content: {
        query: tileQueries[item.name]
        timeContextFromParameter: 'Time'
        resourceType: 'microsoft.operationalinsights/workspaces'
        crossComponentResources: [workspace.id]
      }
    })
  : item)

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'landline')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Landline'
    category: 'workbook'
    sourceId: workspace.id
    version: '1.0'
    serializedData: string(union(layout, { items: tiles, fallbackResourceIds: [workspace.id] }))
  }
}

output telemetryName string = telemetry.name
output workbookId string = workbook.id
