// Every role of the table in roles.json, on the smallest scope that serves the need. Nothing else assigns roles.

@description('Name of the app\'s identity.')
param identityName string

@description('Object id of the group that reads the data; empty: only the app does.')
param readerGroupId string

@description('Object id of the group that reads the typed tables and nothing else; empty: there is none.')
param curatedReaderGroupId string

param hostAccountName string

param dataAccountName string

param telemetryName string

@description('Name of the vault; empty: there is none.')
param vaultName string

var roles = loadJsonContent('../roles.json')

var hostAccountRoles = filter(roles.app, each => each.scope == 'host account')
var hostQueueRoles = filter(roles.app, each => each.scope == 'host queue')
var dataContainerRoles = filter(roles.app, each => each.scope == 'data container')
var telemetryRoles = filter(roles.app, each => each.scope == 'telemetry')
var vaultRoles = vaultName == '' ? [] : filter(roles.app, each => each.scope == 'vault')
var dataReaders = map(readerGroupId == '' ? [] : roles.readers, each => {
  groupId: readerGroupId
  name: each.name
  roleId: each.roleId
  need: each.need
})
// A group that reads everything has this one already, and no role can be assigned twice.
var tablesOnly = curatedReaderGroupId != '' && curatedReaderGroupId != readerGroupId
var curatedReaders = map(tablesOnly ? roles.curatedReaders : [], each => {
  groupId: curatedReaderGroupId
  name: each.name
  roleId: each.roleId
  need: each.need
})
var readerRoles = concat(dataReaders, curatedReaders)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = { name: identityName }

resource host 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: hostAccountName

  resource queues 'queueServices' existing = { name: 'default' }
}

resource data 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataAccountName

  resource blobs 'blobServices' existing = { name: 'default' }
}

resource telemetry 'Microsoft.Insights/components@2020-02-02' existing = { name: telemetryName }

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = if (vaultName != '') {
  name: vaultName == '' ? 'none' : vaultName
}

resource onHostAccount 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for each in hostAccountRoles: {
    scope: host
    name: guid(host.id, identity.id, each.roleId)
    properties: {
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.roleId)
      description: each.need
    }
  }
]

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' existing = [
  for each in hostQueueRoles: { parent: host::queues, name: each.name }
]

resource onHostQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, i) in hostQueueRoles: {
    scope: queues[i]
    name: guid(host.id, each.name, identity.id, each.roleId)
    properties: {
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.roleId)
      description: each.need
    }
  }
]

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [
  for each in dataContainerRoles: { parent: data::blobs, name: each.name }
]

// A role of our own, because every built-in one that writes blobs may delete them too. Its name is of the whole tenant.
resource dataWriter 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(data.id, roles.dataWriter.role)
  properties: {
    roleName: '${roles.dataWriter.role} (${dataAccountName})'
    description: roles.dataWriter.need
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [{ actions: [], notActions: [], dataActions: roles.dataWriter.dataActions, notDataActions: [] }]
  }
}

resource onDataContainers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, i) in dataContainerRoles: {
    scope: containers[i]
    name: guid(data.id, each.name, identity.id, each.role)
    properties: {
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: dataWriter.id
      description: each.need
    }
  }
]

resource onTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for each in telemetryRoles: {
    scope: telemetry
    name: guid(telemetry.id, identity.id, each.roleId)
    properties: {
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.roleId)
      description: each.need
    }
  }
]

resource onVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for each in vaultRoles: {
    scope: vault
    name: guid(vault.id, identity.id, each.roleId)
    properties: {
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.roleId)
      description: each.need
    }
  }
]

resource readContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [
  for each in readerRoles: { parent: data::blobs, name: each.name }
]

resource onReadContainers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, i) in readerRoles: {
    scope: readContainers[i]
    name: guid(data.id, each.name, each.groupId, each.roleId)
    properties: {
      principalId: each.groupId
      principalType: 'Group'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.roleId)
      description: each.need
    }
  }
]
