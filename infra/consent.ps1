#requires -Version 7
<#
.SYNOPSIS
Grants the app's identity the one Graph permission it needs to read the call logs. Safe to run again.

.DESCRIPTION
Needs the module Microsoft.Graph.Authentication, version 2 or newer, and somebody who may grant application permissions:
a Privileged Role Administrator or a Global Administrator. Ends with 0 when the permission is there, 1 when -Check finds
it is not, 2 when called wrongly, 3 when you may not grant it, 4 when something else went wrong.

.PARAMETER Identity
Object id of the app's identity: output IDENTITY_PRINCIPAL_ID of the deployment.

.PARAMETER Cloud
Microsoft cloud of the tenant: global (and GCC), usgov-l4 (GCC High), usgov-l5 (DoD).

.PARAMETER Role
The permission: CallRecord-PstnCalls.Read.All (default, the least) or CallRecords.Read.All.

.PARAMETER Tenant
The tenant whose calls are read, when it is not the one you belong to.

.PARAMETER Check
Only say what is granted; change nothing.
#>
[CmdletBinding()]
param(
  [string] $Identity = '',
  [string] $Cloud = 'global',
  [string] $Role = 'CallRecord-PstnCalls.Read.All',
  [string] $Tenant = '',
  [switch] $Check
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$graphAppId = '00000003-0000-0000-c000-000000000000'
$environments = @{ 'global' = 'Global'; 'usgov-l4' = 'USGov'; 'usgov-l5' = 'USGovDoD' }
$roles = @('CallRecord-PstnCalls.Read.All', 'CallRecords.Read.All')
# Known after the sign-in.
$tenantId = ''

function Stop-Consent([string] $Message, [int] $Code = 4) {
  [Console]::Error.WriteLine("consent: $Message")
  exit $Code
}

function Stop-WithoutRights([string] $What) {
  Stop-Consent @"
you may not $What in tenant $tenantId.
Ask somebody who is Privileged Role Administrator or Global Administrator to run this very command:

  pwsh infra/consent.ps1 -Identity $Identity -Cloud $Cloud -Role $Role -Tenant $tenantId

docs/consent.md has a mail to send them. Nothing was changed.
"@ 3
}

# One request to Graph, with the version before its path. Refusals end the script; anything else that fails is thrown.
function Invoke-Graph([string] $Method, [string] $Path, [string] $What, $Body = $null) {
  try {
    if ($null -eq $Body) { return Invoke-MgGraphRequest -Method $Method -Uri "v1.0/$Path" }
    return Invoke-MgGraphRequest -Method $Method -Uri "v1.0/$Path" -Body $Body
  }
  catch {
    if ("$_" -match 'Authorization_RequestDenied|Insufficient privileges|Forbidden') { Stop-WithoutRights $What }
    throw
  }
}

function Get-IdentityName {
  try { return (Invoke-Graph GET "servicePrincipals/$Identity" 'read the directory').displayName }
  catch { Stop-Consent "tenant $tenantId has no identity $Identity; is it the right tenant?" }
}

function Test-Granted {
  $answer = Invoke-Graph GET "servicePrincipals/$Identity/appRoleAssignments" 'read permissions'
  return @($answer.value | Where-Object { $_.resourceId -eq $graph.id -and $_.appRoleId -eq $roleId }).Count -gt 0
}

# After the grant, when an answer that fails is only one more reason to look again.
function Test-GrantedByNow {
  try { return Test-Granted } catch { return $false }
}

# Checked here and not by attributes of the parameters, so that a wrong call does not end with the 1 of -Check.
if ($Identity -notmatch '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$') { Stop-Consent '-Identity: expected a GUID' 2 }
if (-not $environments.ContainsKey($Cloud)) { Stop-Consent '-Cloud: expected global, usgov-l4 or usgov-l5' 2 }
if ($Role -notin $roles) { Stop-Consent "-Role: expected $($roles -join ' or ')" 2 }

if (-not (Get-Command Invoke-MgGraphRequest -ErrorAction SilentlyContinue)) {
  Stop-Consent 'the module is not installed; run: Install-Module Microsoft.Graph.Authentication -Scope CurrentUser'
}
$scopes = if ($Check) { @('Application.Read.All') } else { @('Application.Read.All', 'AppRoleAssignment.ReadWrite.All') }
$connection = @{ Environment = $environments[$Cloud]; Scopes = $scopes; NoWelcome = $true }
if ($Tenant -ne '') { $connection['TenantId'] = $Tenant }

try {
  Connect-MgGraph @connection
  $tenantId = (Get-MgContext).TenantId
  # Looked up by name: nobody promises that the id of a role is the same in every cloud.
  $graph = Invoke-Graph GET "servicePrincipals(appId='$graphAppId')" 'read the directory'
  $roleId = $graph.appRoles | Where-Object { $_.value -eq $Role } | ForEach-Object { $_.id } | Select-Object -First 1
  if (-not $roleId) { Stop-Consent "this cloud's Graph knows no application permission $Role" }
  $name = Get-IdentityName

  if (Test-Granted) {
    Write-Output "Already granted: $Role to $name in tenant $tenantId. Nothing was changed."
    exit 0
  }
  if ($Check) {
    Write-Output "Not granted: $Role to $name in tenant $tenantId."
    exit 1
  }
  $body = @{ principalId = $Identity; resourceId = $graph.id; appRoleId = $roleId }
  $refusal = ''
  try { Invoke-Graph POST "servicePrincipals/$($graph.id)/appRoleAssignedTo" 'grant application permissions' $body | Out-Null }
  catch { $refusal = "$_" }
  # Somebody may have been faster; what is there now decides.
  if ($refusal -ne '' -and -not (Test-GrantedByNow)) { Stop-Consent "Graph did not take it: $refusal" }
  foreach ($attempt in 1..6) {
    if (Test-GrantedByNow) {
      Write-Output "Granted: $Role to $name in tenant $tenantId."
      Write-Output 'An app that has already asked for a token may keep one without the permission for up to a day; restart it to be sure.'
      exit 0
    }
    # What was granted a moment ago may not be listed yet.
    Start-Sleep -Seconds 5
  }
  Stop-Consent 'Graph took it and does not list it yet; run this again with -Check in a minute'
}
catch {
  Stop-Consent "Graph does not answer: $_"
}
