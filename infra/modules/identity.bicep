// Who the app is: one user-assigned identity, made and granted before the app exists, so that its first start finds
// its rights.

@description('Name of the identity. It is also the name under which the directory lists it.')
param name string

param location string

param tags { *: string }

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

output id string = identity.id
output clientId string = identity.properties.clientId
output principalId string = identity.properties.principalId
