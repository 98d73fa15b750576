import { meaningOf, type PlainSecret } from '../config/plain-secrets.ts';
import type { CheckResult, Told } from './finding.ts';
import { UNDONE_BY_DEPLOYMENT, WHO } from './finding.ts';

/** What is wrong with the settings, each problem as a finding. Pure. */

/** @param message of the `config.invalid` failure: a problem a line, the setting first */
export function findingsOfConfig(message: string, site: string): CheckResult[] {
  const problems = message.split('\n').flatMap(line => (line.startsWith('  - ') ? [line.slice(4)] : []));
  if (problems.length === 0) return [{ check: 'configuration', result: 'broken', meaning: message, ...mend(site) }];
  return problems.map(problem => {
    const about = /^[\w]+/.exec(problem)?.[0] ?? '';
    const meaning = problem.slice(problem.indexOf(': ') + 2);
    if (problem.includes('Key Vault reference is not resolved')) return keyVault(about, meaning, site);
    return { check: 'configuration', about, result: 'broken', meaning, ...mend(site, about) };
  });
}

function mend(site: string, setting = '<setting>'): Omit<Told, 'meaning'> {
  const next = `az functionapp config appsettings set --name ${site} --resource-group <group> --settings "${setting}=<value>" (docs/settings.md lists every setting); ${UNDONE_BY_DEPLOYMENT}`;
  return { next, who: WHO.deployer };
}

/** Secrets that stand in the settings themselves: the app runs, and somebody should see to it. */
export function findingsOfSecrets(secrets: readonly PlainSecret[], site: string): CheckResult[] {
  return secrets.map(secret => {
    const reference = '@Microsoft.KeyVault(SecretUri=https://<vault>.vault.azure.net/secrets/<name>)';
    const next = `az keyvault secret set --vault-name <vault> --name <name> --file <file with the secret>; then az functionapp config appsettings set --name ${site} --resource-group <group> --settings "${secret.setting}=${reference}"; ${UNDONE_BY_DEPLOYMENT}`;
    const about = { check: 'key-vault', about: secret.setting };
    return { ...about, result: 'warning', meaning: meaningOf(secret), next, who: WHO.deployer };
  });
}

function keyVault(about: string, meaning: string, site: string): CheckResult {
  return {
    check: 'key-vault',
    about,
    result: 'broken',
    meaning: meaning[0]?.toUpperCase() + meaning.slice(1),
    next: `Portal: Function App ${site} > Environment variables > ${about} says why. If access is denied: az role assignment create --role "Key Vault Secrets User" --assignee-object-id <object id of the app's identity> --assignee-principal-type ServicePrincipal --scope $(az keyvault show --name <vault> --query id --output tsv)`,
    who: WHO.owner,
  };
}
