#!/usr/bin/env bash
# Grants the app's identity the one Graph permission it needs to read the call logs. Safe to run again.
# Needs the Azure CLI, signed in to the tenant whose calls are read, as somebody who may grant application permissions:
# a Privileged Role Administrator or a Global Administrator. consent.ps1 does the same with PowerShell, in the same words.
set -euo pipefail

readonly GRAPH_APP_ID='00000003-0000-0000-c000-000000000000'
readonly LEAST_ROLE='CallRecord-PstnCalls.Read.All'
readonly WIDE_ROLE='CallRecords.Read.All'
readonly PAUSE_SECONDS="${CONSENT_PAUSE_SECONDS:-5}"

usage() {
  cat <<TEXT
usage: consent.sh --identity <object id> [--cloud global|usgov-l4|usgov-l5] [--role <name>] [--check]

  --identity  object id of the app's identity: output IDENTITY_PRINCIPAL_ID of the deployment
  --cloud     Microsoft cloud of the tenant; default global (and GCC)
  --role      $LEAST_ROLE (default, least privilege) or $WIDE_ROLE
  --check     only print whether the permission is granted; change nothing

Exit codes: 0 the permission is granted; 1 it is not granted (only with --check); 2 an option is wrong; 3 you may not
grant the permission; 4 any other error.
TEXT
}

wrong() {
  echo "consent: $1" >&2
  usage >&2
  exit 2
}

fail() {
  echo "consent: $1" >&2
  exit "${2:-4}"
}

identity='' cloud='global' role="$LEAST_ROLE" check='no'
while [[ $# -gt 0 ]]; do
  case "$1" in
    --identity | --cloud | --role)
      [[ $# -ge 2 ]] || wrong "$1 needs a value"
      case "$1" in
        --identity) identity="$2" ;;
        --cloud) cloud="$2" ;;
        --role) role="$2" ;;
      esac
      shift 2
      ;;
    --check)
      check='yes'
      shift
      ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) wrong "there is no option $1" ;;
  esac
done

[[ "$identity" =~ ^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$ ]] || wrong '--identity: expected a GUID'
[[ "$role" == "$LEAST_ROLE" || "$role" == "$WIDE_ROLE" ]] || wrong "--role: expected $LEAST_ROLE or $WIDE_ROLE"
case "$cloud" in
  global) graph='https://graph.microsoft.com' ;;
  usgov-l4) graph='https://graph.microsoft.us' ;;
  usgov-l5) graph='https://dod-graph.microsoft.us' ;;
  *) wrong '--cloud: expected global, usgov-l4 or usgov-l5' ;;
esac

command -v az >/dev/null || fail 'the Azure CLI (az) is not installed; consent.ps1 does the same with PowerShell'
readonly SIGN_IN='run: az login --tenant <tenant whose calls are read> --allow-no-subscriptions'
tenant="$(az account show --query tenantId --output tsv 2>/dev/null)" || fail "you are not signed in; $SIGN_IN"

errors="$(mktemp)"
trap 'rm -f "$errors"' EXIT

# One request to Graph; its answer through a JMESPath query. What went wrong stays in $errors. What passes by itself is
# asked again, four times in all.
graph() {
  local method="$1" path="$2" query="$3" answer attempt
  shift 3
  for attempt in 1 2 3 4; do
    if answer="$(az rest --method "$method" --url "$graph/v1.0/$path" --resource "$graph" --query "$query" \
      --output tsv --only-show-errors "$@" 2>"$errors")"; then
      # Some versions write nothing for an absent value, some write None.
      [[ "$answer" == 'None' ]] || printf '%s\n' "$answer"
      return 0
    fi
    passes && [[ "$attempt" -lt 4 ]] || return 1
    sleep "$PAUSE_SECONDS"
  done
}

# The Azure CLI writes "ERROR: <reason of the status>(<body>)".
passes() {
  grep -qE 'ERROR: (Too Many Requests|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)\(' "$errors"
}

refused() {
  grep -qE 'ERROR: Forbidden\(|Authorization_RequestDenied|Insufficient privileges' "$errors"
}

absent() {
  grep -qE 'ERROR: Not Found\(|Request_ResourceNotFound' "$errors"
}

signed_out() {
  grep -qE 'ERROR: Unauthorized\(|AADSTS|az login' "$errors"
}

# Texts of others on one line, without what a terminal would obey.
plain() {
  LC_ALL=C tr '\000-\037\177' ' '
}

reason() {
  local text found
  text="$(plain <"$errors" | cut -c1-2000)"
  found="$(sed -n 's/.*"code": *"\([^"]*\)".*"message": *"\([^"]*\)".*/\1: \2/p' <<<"$text")"
  printf '%s' "${found:-$text}"
}

no_rights() {
  cat >&2 <<TEXT
consent: you may not $1 in tenant $tenant.
Ask somebody who is Privileged Role Administrator or Global Administrator to run this command:

  bash infra/consent.sh --identity $identity --cloud $cloud --role $role

docs/consent.md has a mail to send them. Nothing was changed.
TEXT
  exit 3
}

# Ends with what the last request failed of.
stop() {
  if refused; then no_rights "$1"; fi
  if signed_out; then fail "you are not signed in: $(reason); $SIGN_IN"; fi
  fail "the request to Graph failed: $(reason)"
}

granted() {
  graph GET "servicePrincipals/$identity/appRoleAssignments?\$top=999" \
    "value[?resourceId=='$graph_id' && appRoleId=='$role_id'].id | [0]"
}

graph_id="$(graph GET "servicePrincipals(appId='$GRAPH_APP_ID')" id)" || stop 'read the directory'
# Looked up by name: nobody promises that the id of a role is the same in every cloud.
role_id="$(graph GET "servicePrincipals(appId='$GRAPH_APP_ID')" "appRoles[?value=='$role'].id | [0]")" ||
  stop 'read the directory'
[[ -n "$role_id" ]] || fail "Graph in this cloud has no application permission $role"
if ! kind="$(graph GET "servicePrincipals/$identity" servicePrincipalType)"; then
  absent || stop 'read the directory'
  fail "tenant $tenant has no identity $identity; check the tenant, and that you gave the object id, not the client id"
fi
name="$(graph GET "servicePrincipals/$identity" displayName)" || stop 'read the directory'
name="$(printf '%s' "$name" | plain)"
[[ "$kind" == 'ManagedIdentity' ]] ||
  fail "$name is not a managed identity; its type is $kind. Nothing was changed. Give the id in the output IDENTITY_PRINCIPAL_ID"

found="$(granted)" || stop 'read permissions'
if [[ -n "$found" ]]; then
  echo "Already granted: $role to $name in tenant $tenant. Nothing was changed."
  exit 0
fi
if [[ "$check" == 'yes' ]]; then
  echo "Not granted: $role to $name in tenant $tenant."
  exit 1
fi

body="{\"principalId\":\"$identity\",\"resourceId\":\"$graph_id\",\"appRoleId\":\"$role_id\"}"
if ! graph POST "servicePrincipals/$graph_id/appRoleAssignedTo" id \
  --headers 'Content-Type=application/json' --body "$body" >/dev/null; then
  if refused; then no_rights 'grant application permissions'; fi
  why="$(reason)"
  # Somebody may have been faster; what is there now decides.
  [[ -n "$(granted || true)" ]] || fail "Graph did not accept the grant: $why"
fi
# What was granted a moment ago may not be listed yet, and an answer that fails is only one more reason to look again.
for _ in 1 2 3 4 5 6; do
  found="$(granted || true)"
  [[ -n "$found" ]] && break
  sleep "$PAUSE_SECONDS"
done
[[ -n "$found" ]] || fail 'Graph accepted the grant but does not list it yet; run this again in a minute'

cat <<TEXT
Granted: $role to $name in tenant $tenant.
If the app has already requested a token, it may keep a token without this permission for up to a day: restart the app.
TEXT
