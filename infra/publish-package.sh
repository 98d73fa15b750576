#!/usr/bin/env bash
# Publishes the package of a release to the app. The template runs it (modules/publish.bicep), in a container with the
# Azure CLI that is signed in as an identity which may do this and nothing else. It publishes the very file whose digest
# it has compared.
#
# PACKAGE_URL, PACKAGE_DIGEST (SHA-256 in hexadecimal), PLAN (flex or premium), RESOURCE_GROUP, APP_NAME, HOST_ACCOUNT and
# DEPLOYMENT_CONTAINER come from the template. PUBLISH_PAUSE_SECONDS is the pause between two tries.
set -euo pipefail

fail() {
  echo "$1" >&2
  exit 1
}

case "$PACKAGE_URL" in
https://*) ;;
*) fail "packageUrl must begin with https://. Take it from the page of the release." ;;
esac
[[ "$PACKAGE_DIGEST" =~ ^[0-9a-fA-F]{64}$ ]] ||
  fail "packageDigest must be the SHA-256 of the package, 64 hexadecimal digits. Take it from the page of the release."

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
package="$folder/landline.zip"

curl --fail --silent --show-error --location --proto '=https' --retry 5 --max-time 300 --output "$package" "$PACKAGE_URL" ||
  fail "The package cannot be read from packageUrl. It must be readable without a sign-in."
found="$(sha256sum "$package" | cut -d ' ' -f 1)"
[ "$found" = "$(echo "$PACKAGE_DIGEST" | tr 'A-F' 'a-f')" ] ||
  fail "The package is not the one that packageDigest names: its SHA-256 is $found. Nothing was published."

publish() {
  if [ "$PLAN" = flex ]; then
    az functionapp deployment source config-zip --only-show-errors --output none \
      --resource-group "$RESOURCE_GROUP" --name "$APP_NAME" --src "$package"
  else
    az storage blob upload --auth-mode login --overwrite --only-show-errors --output none \
      --account-name "$HOST_ACCOUNT" --container-name "$DEPLOYMENT_CONTAINER" --name landline.zip --file "$package" &&
      az functionapp restart --only-show-errors --resource-group "$RESOURCE_GROUP" --name "$APP_NAME"
  fi
}

# Roles that were just assigned take some minutes to apply.
for try in 1 2 3 4 5 6 7 8 9 10; do
  if publish; then
    echo "Published $PACKAGE_URL, whose SHA-256 is $found."
    exit 0
  fi
  echo "Try $try failed."
  sleep "${PUBLISH_PAUSE_SECONDS:-30}"
done
fail "The package was not published: see the error of the Azure CLI above. Publish it by hand: docs/deploy.md, Without azd."
