// Publishes the package of a release, so that nothing has to be built: a container that runs once, downloads it, compares
// its digest and publishes what it compared. Its identity is not the app's, and may do nothing else.

param name string

param identityName string

param location string

param tags { *: string }

@description('Plan of the app: `flex` or `premium`.')
param plan string

param appName string

param planName string

param hostAccountName string

@description('Container of the host account that holds the package.')
param deploymentContainer string

@description('Address of the package, readable without a sign-in.')
param packageUrl string

@description('SHA-256 of the package, in hexadecimal.')
param packageDigest string

var roles = loadJsonContent('../roles.json')

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: identityName
  location: location
  tags: tags
}

resource app 'Microsoft.Web/sites@2025-03-01' existing = { name: appName }

resource serverFarm 'Microsoft.Web/serverfarms@2025-03-01' existing = { name: planName }

resource host 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: hostAccountName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource container 'containers' existing = { name: deploymentContainer }
  }
}

resource onApp 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for each in filter(roles.publisher, each => each.scope == 'app'): {
    scope: app
    name: guid(app.id, identity.id, each.roleId)
    properties: {
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.roleId)
      description: each.need
    }
  }
]

resource onPlan 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for each in filter(roles.publisher, each => each.scope == 'plan'): {
    scope: serverFarm
    name: guid(serverFarm.id, identity.id, each.roleId)
    properties: {
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.roleId)
      description: each.need
    }
  }
]

resource onContainer 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for each in filter(roles.publisher, each => each.scope == 'deployment container' && plan == 'premium'): {
    scope: host::blobs::container
    name: guid(host::blobs::container.id, identity.id, each.roleId)
    properties: {
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.roleId)
      description: each.need
    }
  }
]

resource script 'Microsoft.Resources/deploymentScripts@2023-08-01' = {
  name: name
  location: location
  tags: tags
  kind: 'AzureCLI'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    azCliVersion: '2.76.0'
    scriptContent: loadTextContent('../publish-package.sh')
    environmentVariables: [
      { name: 'PACKAGE_URL', value: packageUrl }
      { name: 'PACKAGE_DIGEST', value: packageDigest }
      { name: 'PLAN', value: plan }
      { name: 'RESOURCE_GROUP', value: resourceGroup().name }
      { name: 'APP_NAME', value: appName }
      { name: 'HOST_ACCOUNT', value: hostAccountName }
      { name: 'DEPLOYMENT_CONTAINER', value: deploymentContainer }
    ]
    // It runs again when another package is given.
    forceUpdateTag: packageDigest
    timeout: 'PT30M'
    // What it said stays to be read when it failed.
    cleanupPreference: 'OnSuccess'
    retentionInterval: 'P1D'
  }
  dependsOn: [onApp, onPlan, onContainer]
}
