#requires -Version 7
<#
.SYNOPSIS
Grants the app's identity the one Graph permission it needs to read the call logs. Safe to run again.

.DESCRIPTION
Needs the module Microsoft.Graph.Authentication, version 2 or newer, and somebody who may grant application permissions:
a Privileged Role Administrator or a Global Administrator. consent.sh does the same with the Azure CLI, in the same words.

consent.ps1 -Identity <object id> [-Cloud global|usgov-l4|usgov-l5] [-Role <name>] [-Tenant <id>] [-Check]
#>

# Read by hand: what PowerShell itself refuses of a declared parameter ends with 1, which says here that nothing is granted.
$options = @{ Identity = ''; Cloud = 'global'; Role = 'CallRecord-PstnCalls.Read.All'; Tenant = ''; Check = $false }
$given = @($args | ForEach-Object { [string] $_ })

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$usage = @'
usage: consent.ps1 -Identity <object id> [-Cloud global|usgov-l4|usgov-l5] [-Role <name>] [-Tenant <id>] [-Check]

  -Identity  object id of the app's identity: output IDENTITY_PRINCIPAL_ID of the deployment
  -Cloud     Microsoft cloud of the tenant; default global (and GCC)
  -Role      CallRecord-PstnCalls.Read.All (default, least privilege) or CallRecords.Read.All
  -Tenant    the tenant whose calls are read, if you belong to another tenant
  -Check     only print whether the permission is granted; change nothing

Exit codes: 0 the permission is granted; 1 it is not granted (only with -Check); 2 an option is wrong; 3 you may not
grant the permission; 4 any other error.
'@
$roles = @('CallRecord-PstnCalls.Read.All', 'CallRecords.Read.All')
$pauseSeconds = if ($env:CONSENT_PAUSE_SECONDS) { [double] $env:CONSENT_PAUSE_SECONDS } else { 5 }

function Stop-Consent([string] $Message, [int] $Code = 4) {
  [Console]::Error.WriteLine("consent: $Message")
  exit $Code
}

function Stop-Wrong([string] $Message) {
  [Console]::Error.WriteLine("consent: $Message")
  [Console]::Error.WriteLine($usage)
  exit 2
}

for ($i = 0; $i -lt $given.Count; $i++) {
  $name = $given[$i] -replace '^--?(?=[a-z])'
  if ($given[$i] -match '^--?(help|h|\?)\z') { Write-Output $usage; exit 0 }
  if ($name -ceq $given[$i] -or -not $options.ContainsKey($name)) { Stop-Wrong "there is no option $($given[$i])" }
  if ($name -eq 'Check') { $options.Check = $true; continue }
  if ($i + 1 -ge $given.Count) { Stop-Wrong "$($given[$i]) needs a value" }
  $i++
  $options[$name] = $given[$i]
}
$identity = $options.Identity
$role = $options.Role

if ($identity -notmatch '\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z') { Stop-Wrong '-Identity: expected a GUID' }
if ($roles -cnotcontains $role) { Stop-Wrong "-Role: expected $($roles -join ' or ')" }
$environment = switch -CaseSensitive ($options.Cloud) {
  'global' { 'Global' }
  'usgov-l4' { 'USGov' }
  'usgov-l5' { 'USGovDoD' }
  default { Stop-Wrong '-Cloud: expected global, usgov-l4 or usgov-l5' }
}

# Texts of others on one line, without what a terminal would obey.
function ConvertTo-Plain([string] $Text) {
  return $Text -replace '[\x00-\x1f\x7f]', ' '
}

# What the last request failed of: what it means here, and the words of Graph.
$failure = @{ Kind = ''; Reason = '' }

function Set-Failure($Problem) {
  $text = "$Problem"
  $code = if ($Problem.Exception.PSObject.Properties['Response'] -and $Problem.Exception.Response) {
    [int] $Problem.Exception.Response.StatusCode
  }
  else { 0 }
  $plain = ConvertTo-Plain $text
  $found = [regex]::Match($plain, '"code": *"([^"]*)".*"message": *"([^"]*)"')
  $script:failure.Reason = if ($found.Success) { "$($found.Groups[1].Value): $($found.Groups[2].Value)" } else { $plain }
  $script:failure.Kind =
  if ($code -in 429, 500, 502, 503, 504 -or $text -cmatch 'Too ?Many ?Requests|too many retries|Service ?Unavailable') { 'passes' }
  elseif ($code -eq 403 -or $text -cmatch 'Authorization_RequestDenied|Insufficient privileges') { 'refused' }
  elseif ($code -eq 404 -or $text -cmatch 'Request_ResourceNotFound') { 'absent' }
  elseif ($code -eq 401 -or $text -cmatch 'AADSTS|Authentication needed') { 'signed out' }
  else { 'other' }
}

# One request to Graph, with the version before its path. What passes by itself is asked again, four times in all.
function Invoke-Graph([string] $Method, [string] $Path, $Body = $null) {
  foreach ($attempt in 1..4) {
    try {
      if ($null -eq $Body) { return Invoke-MgGraphRequest -Method $Method -Uri "v1.0/$Path" }
      return Invoke-MgGraphRequest -Method $Method -Uri "v1.0/$Path" -Body $Body
    }
    catch {
      Set-Failure $_
      if ($failure.Kind -ne 'passes' -or $attempt -eq 4) { throw }
      Start-Sleep -Seconds $pauseSeconds
    }
  }
}

function Stop-WithoutRights([string] $What) {
  Stop-Consent @"
you may not $What in tenant $tenantId.
Ask somebody who is Privileged Role Administrator or Global Administrator to run this command:

  pwsh infra/consent.ps1 -Identity $identity -Cloud $($options.Cloud) -Role $role -Tenant $tenantId

docs/consent.md has a mail to send them. Nothing was changed.
"@ 3
}

# Ends with what the last request failed of.
function Stop-WithFailure([string] $What) {
  if ($failure.Kind -eq 'refused') { Stop-WithoutRights $What }
  if ($failure.Kind -eq 'signed out') { Stop-Consent "you are not signed in: $($failure.Reason); $signIn" }
  Stop-Consent "the request to Graph failed: $($failure.Reason)"
}

function Test-Granted {
  $answer = Invoke-Graph GET "servicePrincipals/$identity/appRoleAssignments?`$top=999"
  return @($answer.value | Where-Object { $_.resourceId -eq $graph.id -and $_.appRoleId -eq $roleId }).Count -gt 0
}

# After the grant, when an answer that fails is only one more reason to look again.
function Test-GrantedByNow {
  try { return Test-Granted } catch { return $false }
}

if (-not (Get-Command Invoke-MgGraphRequest -ErrorAction SilentlyContinue)) {
  Stop-Consent 'the module is not installed; run: Install-Module Microsoft.Graph.Authentication -Scope CurrentUser'
}
$signIn = 'run this again; if you belong to another tenant, add -Tenant <tenant whose calls are read>'
$scopes = if ($options.Check) { @('Application.Read.All') } else { @('Application.Read.All', 'AppRoleAssignment.ReadWrite.All') }
$connection = @{ Environment = $environment; Scopes = $scopes; NoWelcome = $true }
if ($options.Tenant -ne '') { $connection['TenantId'] = $options.Tenant }

try {
  Connect-MgGraph @connection
  $tenantId = (Get-MgContext).TenantId
}
catch { Stop-Consent "you are not signed in: $(ConvertTo-Plain "$_"); $signIn" }

try { $graph = Invoke-Graph GET "servicePrincipals(appId='00000003-0000-0000-c000-000000000000')" }
catch { Stop-WithFailure 'read the directory' }
# Looked up by name: nobody promises that the id of a role is the same in every cloud. Put into a text, because what comes
# out of a pipeline is wrapped, and most released versions of the module cannot write that into a body.
$roleId = "$($graph.appRoles | Where-Object { $_.value -ceq $role } | ForEach-Object { $_.id } | Select-Object -First 1)"
if ($roleId -eq '') { Stop-Consent "Graph in this cloud has no application permission $role" }
try { $principal = Invoke-Graph GET "servicePrincipals/$identity" }
catch {
  if ($failure.Kind -ne 'absent') { Stop-WithFailure 'read the directory' }
  Stop-Consent "tenant $tenantId has no identity $identity; check the tenant, and that you gave the object id, not the client id"
}
$name = ConvertTo-Plain $principal.displayName
if ($principal.servicePrincipalType -cne 'ManagedIdentity') {
  Stop-Consent "$name is not a managed identity; its type is $($principal.servicePrincipalType). Nothing was changed. Give the id in the output IDENTITY_PRINCIPAL_ID"
}

try { $isGranted = Test-Granted }
catch { Stop-WithFailure 'read permissions' }
if ($isGranted) {
  Write-Output "Already granted: $role to $name in tenant $tenantId. Nothing was changed."
  exit 0
}
if ($options.Check) {
  Write-Output "Not granted: $role to $name in tenant $tenantId."
  exit 1
}

$body = @{ principalId = [string] $identity; resourceId = [string] $graph.id; appRoleId = $roleId }
try { Invoke-Graph POST "servicePrincipals/$($graph.id)/appRoleAssignedTo" $body | Out-Null }
catch {
  # Of a problem that is not Graph's, such as a body that cannot be written, too.
  if ($failure.Kind -eq 'refused') { Stop-WithoutRights 'grant application permissions' }
  $why = $failure.Reason
  # Somebody may have been faster; what is there now decides.
  if (-not (Test-GrantedByNow)) { Stop-Consent "Graph did not accept the grant: $why" }
}
# What was granted a moment ago may not be listed yet.
foreach ($attempt in 1..6) {
  if (Test-GrantedByNow) {
    Write-Output "Granted: $role to $name in tenant $tenantId."
    Write-Output 'If the app has already requested a token, it may keep a token without this permission for up to a day: restart the app.'
    exit 0
  }
  Start-Sleep -Seconds $pauseSeconds
}
Stop-Consent 'Graph accepted the grant but does not list it yet; run this again in a minute'
