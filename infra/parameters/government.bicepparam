// Azure Government with a GCC High tenant: no Flex Consumption there, so Elastic Premium.
using '../main.bicep'

param environmentName = 'landline'
param location = 'usgovvirginia'
param alertEmail = 'telephony@example.com'
param plan = 'premium'
param cloud = 'usgov-l4'
