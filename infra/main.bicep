// Landline in one subscription: a resource group and everything in it. This file only wires; each module is one
// concern. After the deployment one command is left, for somebody with a directory role: output CONSENT_COMMAND.

targetScope = 'subscription'

@description('Name of this installation, such as "landline-prod". Names of resources derive from it.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Region of all resources.')
param location string = deployment().location

@description('Tags for all resources, in addition to the tag that azd needs.')
param tags { *: string } = {}

@description('Plan of the app: "flex" (Flex Consumption) or, where that does not exist, "premium" (Elastic Premium).')
@allowed(['flex', 'premium'])
param plan string = 'flex'

@description('Major version of Node.js that runs the app.')
@allowed(['22', '24'])
param nodeVersion string = '24'

@description('Maximum number of instances of each function on Flex Consumption; the HTTP functions count together. Some regions refuse less than 40. This number does not protect the sources from too many requests: the planner does.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Memory of one Flex Consumption instance, in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Replication of both storage accounts. Regions without availability zones need Standard_LRS.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS', 'Standard_RAGRS', 'Standard_RAGZRS'])
param storageSku string = 'Standard_ZRS'

@description('Whether the data account has a hierarchical namespace, which readers that use the DFS endpoint need. Once it is true, it cannot be set back to false.')
@allowed(['false', 'true'])
param hierarchicalNamespace string = 'true'

@description('A partition in raw moves to the cool tier this many days after its last change; 0: never.')
@minValue(0)
param rawCoolAfterDays int = 90

@description('A partition in raw is deleted this many days after its last change; 0: never. Must not be less than historyDays.')
@minValue(0)
param rawDeleteAfterDays int = 0

@description('A superseded revision in history is deleted this many days after its last change; 0: never.')
@minValue(0)
param historyDeleteAfterDays int = 400

@description('A typed table in curated is deleted this many days after its last change; 0: never. It can be made again from raw.')
@minValue(0)
param curatedDeleteAfterDays int = 0

@description('Days for which a deleted blob or container of the data account can be restored (soft delete).')
@minValue(1)
@maxValue(365)
param softDeleteDays int = 14

@description('Whether a lock prevents deletion of the data account, and so of its resource group. To deploy the lock you need Owner, or both Contributor and User Access Administrator.')
@allowed(['false', 'true'])
param deleteLock string = 'false'

@description('Whether to create a network with private endpoints for both accounts, and to switch off public access to them.')
@allowed(['false', 'true'])
param privateNetwork string = 'false'

@description('Address space of that network: a /24 or larger.')
param networkAddressPrefix string = '10.84.0.0/24'

@description('Object id of the directory group that may read raw and curated; empty: only the app may.')
param readerGroupId string = ''

@description('Object id of the directory group that may read curated and nothing else; empty: none.')
param curatedReaderGroupId string = ''

@description('Mail address to which alerts are sent; empty: alerts show only in the portal.')
param alertEmail string = ''

@description('Whether the alerts are switched on.')
@allowed(['false', 'true'])
param alertsEnabled string = 'true'

@description('Address at which your operators read docs/operations.md. Each alert links to its section there.')
param operationsUrl string = 'docs/operations.md'

@description('Whether the workspace records who reads or writes blobs of the data account and secrets of the vault, and when.')
@allowed(['false', 'true'])
param accessLog string = 'false'

@description('Days for which telemetry is kept.')
@minValue(30)
@maxValue(730)
param telemetryDays int = 90

@description('Maximum telemetry per day, in gigabytes; -1: no limit.')
@minValue(-1)
param telemetryDailyCapGb int = 1

@description('Microsoft cloud of the tenant that is read: "global" (and GCC), "usgov-l4" (GCC High), "usgov-l5" (DoD).')
@allowed(['global', 'usgov-l4', 'usgov-l5'])
param cloud string = 'global'

@description('Names of the datasets to land, with commas between them; empty: all.')
param datasets string = ''

@description('How many complete days to land at first, counted back from yesterday. To go further back later, use landline backfill.')
@minValue(1)
@maxValue(3650)
param historyDays int = 365

@description('When the planner runs, in UTC: seconds, minutes, hours, day, month, weekday. Five or six fields.')
@minLength(9)
@maxLength(100)
param planSchedule string = '0 */5 * * * *'

@description('How many days of Graph are fetched at the same time.')
@minValue(1)
@maxValue(16)
param graphInFlight int = 4

@description('Seconds that one fetch may take. Then it saves its progress, and another fetch continues.')
@minValue(1)
@maxValue(540)
param fetchSeconds int = 480

@description('Version of the storage services that the app requests, such as 2024-11-04; empty: the newest. Set it only if an error message names LANDLINE_STORAGE_VERSION.')
param storageVersion string = ''

@description('Graph version for teams-pstn-calls. beta has more fields, such as IP addresses of clients.')
@allowed(['v1.0', 'beta'])
param pstnApi string = 'v1.0'

@description('Graph version for teams-direct-routing-calls.')
@allowed(['v1.0', 'beta'])
param directRoutingApi string = 'v1.0'

@description('What the curated tables show of people. For "pseudonymous" a person must put a key into the vault: run the output PSEUDONYM_KEY_COMMAND.')
@allowed(['full', 'masked', 'pseudonymous'])
param privacy string = 'masked'

@description('Whether Voximplant is read too. Then a Key Vault is created, and a person must put the Voximplant key into it: run the output VOXIMPLANT_KEY_COMMAND.')
@allowed(['false', 'true'])
param voximplant string = 'false'

@description('Address of the Voximplant Management API; empty: the public one.')
param voximplantUrl string = ''

@description('How many days of Voximplant are fetched at the same time.')
@minValue(1)
@maxValue(4)
param voximplantInFlight int = 1

@description('Address of the package of a release, which the deployment then publishes; empty: you publish a package yourself.')
param packageUrl string = ''

@description('SHA-256 of that package, in hexadecimal. If the downloaded file has another one, the deployment fails and publishes nothing.')
param packageDigest string = ''

// "Landline-Prod" in "West Europe" is the installation "landline-prod" in "westeurope": Azure does not tell them apart.
var place = toLower(replace(location, ' ', ''))
var token = toLower(uniqueString(subscription().id, toLower(environmentName), place))
var allTags = union(tags, { 'azd-env-name': environmentName })
var pseudonymous = privacy == 'pseudonymous'
var needsVault = voximplant == 'true' || pseudonymous
var isPrivate = privateNetwork == 'true'

// Every name is known before anything is made, so that what-if can tell what would change.
var identityName = 'id-landline-${token}'
var hostAccountName = 'llhost${token}'
var dataAccountName = 'lldata${token}'
var workspaceName = 'log-landline-${token}'
var telemetryName = 'appi-landline-${token}'
var vaultName = needsVault ? 'kv-ll-${token}' : ''
var appName = 'func-landline-${token}'
var planName = 'plan-landline-${token}'

var flexRegions = loadJsonContent('flex-regions.json')
var placeOfApp = plan == 'flex' && !contains(flexRegions, place)
  ? fail('Flex Consumption is not known to be in ${place}. Choose another region, or set plan=premium; see docs/deploy.md.')
  : place
var schedule = contains([5, 6], length(filter(split(planSchedule, ' '), field => field != '')))
  ? planSchedule
  : fail('planSchedule: expected five or six fields with a blank between them, such as 0 */5 * * * *')

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${toLower(environmentName)}'
  location: place
  tags: allTags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { name: identityName, location: place, tags: allTags }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    hostAccountName: hostAccountName
    dataAccountName: dataAccountName
    location: place
    tags: allTags
    sku: storageSku
    hierarchicalNamespace: hierarchicalNamespace == 'true'
    privateOnly: isPrivate
    rawCoolAfterDays: rawCoolAfterDays
    deleteAfterDays: { raw: rawDeleteAfterDays, history: historyDeleteAfterDays, curated: curatedDeleteAfterDays }
    softDeleteDays: softDeleteDays
    deleteLock: deleteLock == 'true'
    accessLogWorkspaceName: accessLog == 'true' ? workspaceName : ''
  }
  dependsOn: [monitoring]
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: workspaceName
    telemetryName: telemetryName
    actionGroupName: 'ag-landline-${token}'
    location: place
    tags: allTags
    retentionDays: telemetryDays
    dailyCapGb: telemetryDailyCapGb
    alertEmail: alertEmail
    alertsEnabled: alertsEnabled == 'true'
    operationsUrl: operationsUrl
  }
}

module vault 'modules/vault.bicep' = if (needsVault) {
  scope: group
  params: {
    name: vaultName
    location: place
    tags: allTags
    privateOnly: isPrivate
    accessLogWorkspaceName: accessLog == 'true' ? workspaceName : ''
  }
  dependsOn: [monitoring]
}

module network 'modules/network.bicep' = if (isPrivate) {
  scope: group
  params: {
    name: 'vnet-landline-${token}'
    location: place
    tags: allTags
    addressPrefix: networkAddressPrefix
    delegation: plan == 'flex' ? 'Microsoft.App/environments' : 'Microsoft.Web/serverFarms'
    hostAccountName: hostAccountName
    dataAccountName: dataAccountName
    hierarchicalNamespace: hierarchicalNamespace == 'true'
    vaultName: vaultName
  }
  dependsOn: [storage, vault]
}

module rbac 'modules/rbac.bicep' = {
  scope: group
  params: {
    identityName: identityName
    readerGroupId: readerGroupId
    curatedReaderGroupId: curatedReaderGroupId
    hostAccountName: hostAccountName
    dataAccountName: dataAccountName
    telemetryName: telemetryName
    vaultName: vaultName
  }
  dependsOn: [identity, storage, monitoring, vault]
}

module app 'modules/app.bicep' = {
  scope: group
  params: {
    name: appName
    planName: planName
    location: placeOfApp
    tags: allTags
    plan: plan
    nodeVersion: nodeVersion
    maximumInstanceCount: maximumInstanceCount
    instanceMemoryMB: instanceMemoryMB
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    hostEndpoints: storage.outputs.hostEndpoints
    dataBlobEndpoint: storage.outputs.dataBlobEndpoint
    deploymentContainer: storage.outputs.deploymentContainer
    telemetryName: telemetryName
    subnetId: network.?outputs.appSubnetId ?? ''
    settings: {
      PLAN_SCHEDULE: schedule
      LANDLINE_CLOUD: cloud
      LANDLINE_DATASETS: datasets
      LANDLINE_HISTORY_DAYS: string(historyDays)
      LANDLINE_GRAPH_IN_FLIGHT: string(graphInFlight)
      LANDLINE_FETCH_SECONDS: string(fetchSeconds)
      LANDLINE_STORAGE_VERSION: storageVersion
      LANDLINE_PSTN_API: pstnApi
      LANDLINE_DIRECT_ROUTING_API: directRoutingApi
      LANDLINE_PRIVACY: privacy
      LANDLINE_PSEUDONYM_KEY: pseudonymous
        ? '@Microsoft.KeyVault(SecretUri=${vault.?outputs.secretsUri ?? ''}pseudonym-key)'
        : ''
      LANDLINE_VOXIMPLANT_KEY: voximplant == 'true'
        ? '@Microsoft.KeyVault(SecretUri=${vault.?outputs.secretsUri ?? ''}voximplant-key)'
        : ''
      LANDLINE_VOXIMPLANT_URL: voximplant == 'true' ? voximplantUrl : ''
      LANDLINE_VOXIMPLANT_IN_FLIGHT: string(voximplantInFlight)
    }
  }
  // Rights before the first start: a refused sign-in is remembered for a while.
  dependsOn: [rbac]
}

module publish 'modules/publish.bicep' = if (packageUrl != '') {
  scope: group
  params: {
    name: 'publish-landline-${token}'
    identityName: 'id-landline-publish-${token}'
    location: place
    tags: allTags
    plan: plan
    appName: appName
    planName: planName
    hostAccountName: hostAccountName
    deploymentContainer: 'deployment'
    packageUrl: packageUrl
    packageDigest: packageDigest
  }
  dependsOn: [app, storage]
}

@description('The resource group.')
output RESOURCE_GROUP string = group.name

@description('The function app, to publish to.')
output APP_NAME string = app.outputs.name

@description('Address of the coverage page. It requires a function key of the app; docs/deploy.md says how to add the key.')
output STATUS_URL string = '${app.outputs.address}/api/status'

@description('Object id of the app\'s identity, which consent.sh takes.')
output IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId

@description('The account and endpoint that readers use.')
output DATA_BLOB_ENDPOINT string = storage.outputs.dataBlobEndpoint

@description('The account that holds the host\'s state, the queue, the ledger and the package.')
output HOST_ACCOUNT string = storage.outputs.hostAccountName

@description('The account that holds raw, history and curated.')
output DATA_ACCOUNT string = storage.outputs.dataAccountName

@description('The workbook.')
output WORKBOOK_ID string = monitoring.outputs.workbookId

@description('Command that somebody with the directory role runs once, so that the app may read the call logs from Graph.')
output CONSENT_COMMAND string = 'bash infra/consent.sh --identity ${identity.outputs.principalId} --cloud ${cloud}'

@description('Command with which somebody with the role Key Vault Secrets Officer puts the Voximplant key file into the vault; empty without Voximplant.')
output VOXIMPLANT_KEY_COMMAND string = voximplant == 'true'
  ? 'az keyvault secret set --vault-name ${vaultName} --name voximplant-key --file voximplant-key.json'
  : ''

@description('Command that the same person runs once, in a Unix shell, to make the key of the pseudonyms; empty without pseudonyms.')
output PSEUDONYM_KEY_COMMAND string = pseudonymous
  ? 'if az keyvault secret list --vault-name ${vaultName} --query "contains([].name, \'pseudonym-key\')" --output json | grep -q false; then openssl rand -hex 32 | az keyvault secret set --vault-name ${vaultName} --name pseudonym-key --file /dev/stdin --query name; else echo "Nothing was changed: the key is there, or the vault cannot be read. Another key gives other pseudonyms, see docs/deploy.md."; fi'
  : ''

@description('The tenant of the installation, whose logs it reads.')
output AZURE_TENANT_ID string = tenant().tenantId

@description('The region, as Azure writes it.')
output AZURE_LOCATION string = place

var kept = map([rawDeleteAfterDays, historyDeleteAfterDays, curatedDeleteAfterDays], days => days == 0 ? 'kept for ever' : 'deleted after ${days} days')

@description('The parameters in effect, in one line. A value that was not understood shows here as its default.')
output IN_FORCE string = join(
  [
    'network ${isPrivate ? 'private' : 'public'}'
    'delete lock ${deleteLock == 'true' ? 'on' : 'off'}'
    'privacy ${privacy}'
    'history from ${historyDays} days back'
    'raw ${rawCoolAfterDays == 0 ? '' : 'cool after ${rawCoolAfterDays} days, '}${kept[0]}'
    'superseded revisions ${kept[1]}'
    'curated ${kept[2]}'
    'deleted blobs restorable for ${softDeleteDays} days'
    'telemetry kept for ${telemetryDays} days, ${telemetryDailyCapGb == -1 ? 'without a daily cap' : 'at most ${telemetryDailyCapGb} GB a day'}'
    'access log ${accessLog == 'true' ? 'on' : 'off'}'
    'alerts ${alertsEnabled == 'true' ? 'on' : 'off'}, to ${alertEmail == '' ? 'nobody' : alertEmail}'
  ],
  '; '
)
