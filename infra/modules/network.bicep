// Optional: a network of its own, with a subnet for the app and private endpoints for every service of both accounts
// (and for the vault, when there is one).

param name string

param location string

param tags { *: string }

@description('Address space of the network, a /24 or larger. The app and the endpoints take a /26 each.')
param addressPrefix string

@description('What the app\'s subnet is delegated to; it follows from the plan.')
@allowed(['Microsoft.App/environments', 'Microsoft.Web/serverFarms'])
param delegation string

param hostAccountName string

param dataAccountName string

@description('Whether the data account has a hierarchical namespace: its readers then need the dfs endpoint too.')
param hierarchicalNamespace bool

@description('Name of the vault; empty: there is none.')
param vaultName string

var hostServices = map(['blob', 'queue', 'table'], service => { account: hostAccountName, service: service })
var dataServices = map(concat(['blob', 'queue', 'table'], hierarchicalNamespace ? ['dfs'] : []), service => {
  account: dataAccountName
  service: service
})
var storageEndpoints = concat(hostServices, dataServices)
var storageZones = concat(['blob', 'queue', 'table'], hierarchicalNamespace ? ['dfs'] : [])
var vaultSuffix = startsWith(environment().suffixes.keyvaultDns, '.')
  ? substring(environment().suffixes.keyvaultDns, 1)
  : environment().suffixes.keyvaultDns

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        // The platform refuses underscores in the name of a delegated subnet.
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          delegations: [{ name: 'app', properties: { serviceName: delegation } }]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 1)
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }

  resource app 'subnets' existing = { name: 'app' }

  resource endpoints 'subnets' existing = { name: 'endpoints' }
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for service in storageZones: {
    name: 'privatelink.${service}.${environment().suffixes.storage}'
    location: 'global'
    tags: tags
  }
]

resource zoneLinks 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (service, i) in storageZones: {
    parent: zones[i]
    name: name
    location: 'global'
    tags: tags
    properties: { registrationEnabled: false, virtualNetwork: { id: network.id } }
  }
]

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2025-05-01' = [
  for each in storageEndpoints: {
    name: 'pe-${each.account}-${each.service}'
    location: location
    tags: tags
    properties: {
      subnet: { id: network::endpoints.id }
      privateLinkServiceConnections: [
        {
          name: each.service
          properties: {
            privateLinkServiceId: resourceId('Microsoft.Storage/storageAccounts', each.account)
            groupIds: [each.service]
          }
        }
      ]
    }
  }
]

resource zoneGroups 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = [
  for (each, i) in storageEndpoints: {
    parent: privateEndpoints[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        { name: each.service, properties: { privateDnsZoneId: zones[indexOf(storageZones, each.service)].id } }
      ]
    }
  }
]

resource vaultZone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (vaultName != '') {
  // The zone is named after the service of the cloud, with "vaultcore" where the address has "vault".
  name: 'privatelink.${replace(vaultSuffix, 'vault.', 'vaultcore.')}'
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: name
    location: 'global'
    tags: tags
    properties: { registrationEnabled: false, virtualNetwork: { id: network.id } }
  }
}

resource vaultEndpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = if (vaultName != '') {
  name: 'pe-${vaultName}'
  location: location
  tags: tags
  properties: {
    subnet: { id: network::endpoints.id }
    privateLinkServiceConnections: [
      {
        name: 'vault'
        properties: {
          privateLinkServiceId: resourceId('Microsoft.KeyVault/vaults', vaultName)
          groupIds: ['vault']
        }
      }
    ]
  }

  resource zoneGroup 'privateDnsZoneGroups' = {
    name: 'default'
    properties: { privateDnsZoneConfigs: [{ name: 'vault', properties: { privateDnsZoneId: vaultZone.id } }] }
  }
}

output appSubnetId string = network::app.id
