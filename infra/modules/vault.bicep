// A vault for the secrets that cannot be avoided: the Voximplant service account key, and the key of the pseudonyms.
// A person puts them in; no template ever sees them.

@minLength(3)
@maxLength(24)
param name string

param location string

param tags { *: string }

@description('Whether the vault answers only through its private endpoint.')
param privateOnly bool

@description('Workspace that records who reads the secrets; empty: no such record.')
param accessLogWorkspaceName string

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: 90
    publicNetworkAccess: privateOnly ? 'Disabled' : 'Enabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: privateOnly ? 'Deny' : 'Allow' }
  }
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = if (accessLogWorkspaceName != '') {
  name: accessLogWorkspaceName == '' ? 'none' : accessLogWorkspaceName
}

// Into the table AZKVAuditLogs.
// The versions since 2016 are all previews.
#disable-next-line use-recent-api-versions
resource accessLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (accessLogWorkspaceName != '') {
  scope: vault
  name: 'landline-access'
  properties: {
    workspaceId: workspace.id
    logAnalyticsDestinationType: 'Dedicated'
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

output id string = vault.id
output name string = vault.name
// Secrets are addressed without a version, so that a new one is picked up.
output secretsUri string = '${vault.properties.vaultUri}secrets/'
