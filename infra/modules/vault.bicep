// A vault for the secrets that cannot be avoided: the Voximplant service account key, and the key of the pseudonyms.
// A person puts them in; no template ever sees them.

@minLength(3)
@maxLength(24)
param name string

param location string

param tags object

@description('Whether the vault answers only through its private endpoint.')
param privateOnly bool

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
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

output id string = vault.id
output name string = vault.name
// Secrets are addressed without a version, so that a new one is picked up.
output secretsUri string = '${vault.properties.vaultUri}secrets/'
