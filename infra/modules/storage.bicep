// Two accounts: one for the host (leases, queue, ledger, deployment package), one for the data. The first is flat and
// cheap to lose; the second is what all of this is for.

@minLength(3)
@maxLength(24)
param hostAccountName string

@minLength(3)
@maxLength(24)
param dataAccountName string

param location string

param tags { *: string }

@description('SKU of both accounts.')
param sku string

@description('Whether the data account has a hierarchical namespace. Once it is true, it cannot be set back to false.')
param hierarchicalNamespace bool

@description('Whether the accounts answer only through private endpoints.')
param privateOnly bool

@description('A partition moves to the cool tier this many days after its last change; 0: never.')
param rawCoolAfterDays int

@description('For each container: a blob is deleted this many days after its last change; 0: never.')
param deleteAfterDays { raw: int, history: int, curated: int }

@description('Days for which a deleted blob or container of the data account can be restored (soft delete).')
param softDeleteDays int

@description('Whether a lock prevents deletion of the data account.')
param deleteLock bool

@description('Workspace that records who reads and writes the data; empty: no such record.')
param accessLogWorkspaceName string

var defaultAction = privateOnly ? 'Deny' : 'Allow'

// Written out once, because the two accounts must not differ in any of it but who passes the firewall.
var hardened = {
  accessTier: 'Hot'
  allowBlobPublicAccess: false
  allowCrossTenantReplication: false
  allowSharedKeyAccess: false
  defaultToOAuthAuthentication: true
  minimumTlsVersion: 'TLS1_2'
  publicNetworkAccess: privateOnly ? 'Disabled' : 'Enabled'
  supportsHttpsTrafficOnly: true
}

resource host 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: hostAccountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: union(hardened, { networkAcls: { bypass: 'None', defaultAction: defaultAction } })

  resource blobs 'blobServices' = {
    name: 'default'

    resource deployment 'containers' = { name: 'deployment' }
  }

  resource queues 'queueServices' = {
    name: 'default'

    resource fetch 'queues' = { name: 'landline-fetch' }

    resource fetchPoison 'queues' = { name: 'landline-fetch-poison' }

    resource curate 'queues' = { name: 'landline-curate' }

    resource curatePoison 'queues' = { name: 'landline-curate-poison' }
  }

  resource tables 'tableServices' = {
    name: 'default'

    resource ledger 'tables' = { name: 'landline' }
  }
}

resource data 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: dataAccountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: union(hardened, {
    isHnsEnabled: hierarchicalNamespace
    // Retention rules are run by a service of Azure, which a firewall may keep out unless it lets trusted ones in:
    // https://learn.microsoft.com/azure/storage/blobs/lifecycle-management-overview
    networkAcls: { bypass: 'AzureServices', defaultAction: defaultAction }
  })

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: { enabled: true, days: softDeleteDays }
      containerDeleteRetentionPolicy: { enabled: true, days: softDeleteDays }
    }

    resource raw 'containers' = { name: 'raw' }

    resource history 'containers' = { name: 'history' }

    resource curated 'containers' = { name: 'curated' }
  }
}

// It holds back nothing of what the app does: only the account and what Azure manages below it cannot be deleted.
resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLock) {
  scope: data
  name: 'keep-landed-data'
  properties: {
    level: 'CanNotDelete'
    notes: 'This account holds the landed data. docs/deploy.md of Landline says how to remove this lock.'
  }
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = if (accessLogWorkspaceName != '') {
  name: accessLogWorkspaceName == '' ? 'none' : accessLogWorkspaceName
}

// Into the table StorageBlobLogs: a row for each request, with who made it.
// The versions since 2016 are all previews.
#disable-next-line use-recent-api-versions
resource accessLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (accessLogWorkspaceName != '') {
  scope: data::blobs
  name: 'landline-access'
  properties: {
    workspaceId: workspace.id
    logs: map(['StorageRead', 'StorageWrite', 'StorageDelete'], kind => { category: kind, enabled: true })
  }
}

var cooling = rawCoolAfterDays == 0
  ? []
  : [
      {
        name: 'raw-cool'
        enabled: true
        type: 'Lifecycle'
        definition: {
          filters: { blobTypes: ['blockBlob'], prefixMatch: ['raw/'] }
          actions: { baseBlob: { tierToCool: { daysAfterModificationGreaterThan: rawCoolAfterDays } } }
        }
      }
    ]

var deleting = map(filter(items(deleteAfterDays), container => container.value > 0), container => {
  name: '${container.key}-delete'
  enabled: true
  type: 'Lifecycle'
  definition: {
    filters: { blobTypes: ['blockBlob'], prefixMatch: ['${container.key}/'] }
    actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: container.value } } }
  }
})

// A policy without rules is refused, so there is none then.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = if (!empty(cooling) || !empty(deleting)) {
  parent: data
  name: 'default'
  properties: { policy: { rules: concat(cooling, deleting) } }
  dependsOn: [data::blobs]
}

output hostAccountName string = host.name
output dataAccountName string = data.name
output hostEndpoints { blob: string, queue: string, table: string } = {
  blob: host.properties.primaryEndpoints.blob
  queue: host.properties.primaryEndpoints.queue
  table: host.properties.primaryEndpoints.table
}
output dataBlobEndpoint string = data.properties.primaryEndpoints.blob
output deploymentContainer string = host::blobs::deployment.name
