// Voximplant beside Graph, and tables with pseudonyms: a vault for both keys, and a group that reads the data.
using '../main.bicep'

param environmentName = 'landline'
param location = 'westeurope'
param alertEmail = 'telephony@example.com'
param voximplant = 'true'
param readerGroupId = '11111111-2222-3333-4444-555555555555'
param privacy = 'pseudonymous'
param accessLog = 'true'
