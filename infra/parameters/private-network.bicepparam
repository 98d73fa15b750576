// Storage answers only through private endpoints; the app reaches it through its own subnet.
using '../main.bicep'

param environmentName = 'landline'
param location = 'westeurope'
param alertEmail = 'telephony@example.com'
param privateNetwork = 'true'
param networkAddressPrefix = '10.84.0.0/24'
