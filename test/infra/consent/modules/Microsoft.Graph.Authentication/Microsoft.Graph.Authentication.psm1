# Microsoft.Graph.Authentication 2.x for the consent script, over HTTP to FAKE_GRAPH. Bodies are written as releases
# before August 2026 do: a value that has come through a pipeline is wrapped, and cannot be serialised
# (github.com/microsoftgraph/msgraph-sdk-powershell, issue 3654). Repeats of its own, which it also has, are left out.

$origins = @{ Global = 'https://graph.microsoft.com'; USGov = 'https://graph.microsoft.us'; USGovDoD = 'https://dod-graph.microsoft.us' }
$script:origin = ''

function Connect-MgGraph {
  [CmdletBinding()]
  param([string] $Environment = 'Global', [string[]] $Scopes, [string] $TenantId, [switch] $NoWelcome)
  if ($env:FAKE_SIGN_IN -eq 'cancelled') { throw 'User canceled authentication.' }
  $script:origin = $origins[$Environment]
}

function Get-MgContext { return [pscustomobject] @{ TenantId = 'tenant-1' } }

function Assert-Serialisable($Value, [string] $Path) {
  if ($Value -is [System.Collections.IDictionary]) {
    foreach ($key in $Value.Keys) {
      if ($Value[$key] -is [psobject]) {
        throw "Self referencing loop detected for property 'Value' with type 'System.Management.Automation.PSParameterizedProperty'. Path '$key.Chars'."
      }
    }
  }
}

function Invoke-MgGraphRequest {
  [CmdletBinding()]
  param([string] $Method, [string] $Uri, $Body)
  if ($env:FAKE_SIGN_IN -eq 'expired') { throw 'AADSTS700082: The refresh token has expired due to inactivity.' }
  $request = [System.Net.Http.HttpRequestMessage]::new($Method, "$env:FAKE_GRAPH/$Uri")
  $request.Headers.Add('x-asked-origin', $script:origin)
  if ($null -ne $Body) {
    Assert-Serialisable $Body ''
    $json = ConvertTo-Json $Body -Compress
    $request.Content = [System.Net.Http.StringContent]::new($json, [System.Text.Encoding]::UTF8, 'application/json')
  }
  $client = [System.Net.Http.HttpClient]::new()
  try {
    $response = $client.Send($request)
    $text = $response.Content.ReadAsStringAsync().Result
    if ($response.IsSuccessStatusCode) { return ConvertFrom-Json $text -AsHashtable }
    $message = "Response status code does not indicate success: $($response.StatusCode) ($($response.ReasonPhrase))."
    $exception = [Microsoft.PowerShell.Commands.HttpResponseException]::new($message, $response)
    $record = [System.Management.Automation.ErrorRecord]::new($exception, 'InvokeGraphHttpResponseException', 'InvalidOperation', $request)
    # The whole answer stands in the details: its first line, its headers and its body.
    $record.ErrorDetails = [System.Management.Automation.ErrorDetails]::new(
      "$Method $($script:origin)/$Uri`nHTTP/1.1 $([int] $response.StatusCode) $($response.ReasonPhrase)`nDate: now`n`n$text")
    $PSCmdlet.ThrowTerminatingError($record)
  }
  finally { $client.Dispose() }
}

Export-ModuleMember -Function Connect-MgGraph, Get-MgContext, Invoke-MgGraphRequest
