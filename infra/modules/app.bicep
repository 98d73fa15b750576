// The function app and its plan: Flex Consumption, or Elastic Premium where Flex does not exist. Both run the same
// package with the same settings; what differs is where the platform wants its runtime and its package named.

param name string

param planName string

param location string

param tags { *: string }

@description('Which plan: Flex Consumption (`flex`) or Elastic Premium (`premium`).')
@allowed(['flex', 'premium'])
param plan string

@description('Major version of Node.js.')
param nodeVersion string

@description('Maximum number of instances of each function group on Flex Consumption.')
param maximumInstanceCount int

@description('Memory of one Flex Consumption instance, in MB.')
param instanceMemoryMB int

@description('Resource id of the identity the app runs as.')
param identityId string

@description('Client id of the same identity.')
param identityClientId string

param hostEndpoints { blob: string, queue: string, table: string }

param dataBlobEndpoint string

@description('Container of the host account that holds the package.')
param deploymentContainer string

@description('Application Insights of this installation. It accepts telemetry only from identities, so its address is not a secret.')
param telemetryName string

@description('Subnet for the app\'s outgoing traffic; empty: none.')
param subnetId string

@description('Settings of Landline itself, beyond those that follow from the other resources. An empty one is left out.')
param settings { *: string }

resource telemetry 'Microsoft.Insights/components@2020-02-02' existing = { name: telemetryName }

var connections = {
  AzureWebJobsStorage__blobServiceUri: hostEndpoints.blob
  AzureWebJobsStorage__queueServiceUri: hostEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: hostEndpoints.table
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  LANDLINE_LAKE__blobServiceUri: dataBlobEndpoint
  AZURE_CLIENT_ID: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: telemetry.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
}

// Elastic Premium keeps its content in Azure Files, which knows only account keys, unless it runs from a package at an
// address. So it does, and fetches it with the identity.
var premiumSettings = {
  FUNCTIONS_EXTENSION_VERSION: '~4'
  FUNCTIONS_WORKER_RUNTIME: 'node'
  WEBSITE_RUN_FROM_PACKAGE: '${hostEndpoints.blob}${deploymentContainer}/landline.zip'
  WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID: identityId
}

var given = toObject(filter(items(settings), each => each.value != ''), each => each.key, each => each.value)
var common = union(connections, given)
var isFlex = plan == 'flex'
var appSettings = map(items(isFlex ? common : union(common, premiumSettings)), each => {
  name: each.key
  value: string(each.value)
})

resource serverFarm 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: isFlex ? 'functionapp' : 'elastic'
  sku: isFlex ? { name: 'FC1', tier: 'FlexConsumption' } : { name: 'EP1', tier: 'ElasticPremium' }
  properties: isFlex ? { reserved: true } : { reserved: true, maximumElasticWorkerCount: 4 }
}

resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  // azd finds the app of its service by this tag.
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: serverFarm.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: subnetId == '' ? null : subnetId
    functionAppConfig: isFlex
      ? {
          deployment: {
            storage: {
              type: 'blobContainer'
              value: '${hostEndpoints.blob}${deploymentContainer}'
              authentication: {
                type: 'UserAssignedIdentity'
                userAssignedIdentityResourceId: identityId
              }
            }
          }
          runtime: { name: 'node', version: nodeVersion }
          scaleAndConcurrency: {
            maximumInstanceCount: maximumInstanceCount
            instanceMemoryMB: instanceMemoryMB
          }
        }
      : null
    siteConfig: union(
      {
        appSettings: appSettings
        ftpsState: 'Disabled'
        http20Enabled: true
        minTlsVersion: '1.2'
        scmMinTlsVersion: '1.2'
      },
      isFlex
        ? {}
        : {
            functionsRuntimeScaleMonitoringEnabled: true
            linuxFxVersion: 'NODE|${nodeVersion}'
            minimumElasticInstanceCount: 1
            vnetRouteAllEnabled: subnetId != ''
          }
    )
  }

  // Publishing takes a person's or a pipeline's own sign-in; the site has no user name and password of its own.
  resource noFtpPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource noScmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output name string = site.name
output address string = 'https://${site.properties.defaultHostName}'
