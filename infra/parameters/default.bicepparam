// Public endpoints, Flex Consumption, Graph only: what azd up makes without further settings.
using '../main.bicep'

param environmentName = 'landline'
param location = 'westeurope'
param alertEmail = 'telephony@example.com'
