# Plays consent.ps1 through many calls in one process, which spares the start of one for each: reads a list of
# { url, signIn, options } from a file, and writes a list of { code, out, err }.
param([string] $Script, [string] $Calls, [string] $Answers)
$ErrorActionPreference = 'Stop'
$played = foreach ($call in Get-Content -Raw $Calls | ConvertFrom-Json) {
  $env:FAKE_GRAPH = $call.url
  $env:FAKE_SIGN_IN = $call.signIn
  $errors = [System.IO.StringWriter]::new()
  [Console]::SetError($errors)
  $options = @($call.options)
  $out = & $Script @options
  @{ code = $LASTEXITCODE; out = @($out | ForEach-Object { "$_`n" }) -join ''; err = "$errors" }
  Remove-Module Microsoft.Graph.Authentication -ErrorAction SilentlyContinue
}
ConvertTo-Json @($played) | Set-Content -NoNewline $Answers
