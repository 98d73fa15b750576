/** What is on this machine: the only place where plain http, a published key and a simulator are accepted. Pure. */

/** Whether the address is on this machine, and names nobody to sign in as. */
export function isLoopback(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname) && url.username === '' && url.password === '';
}

/** Whether the connection string is the emulator's: every address in it is on this machine. */
export function isEmulator(connectionString: string): boolean {
  if (/^UseDevelopmentStorage=true;?$/i.test(connectionString.trim())) return true;
  const endpoints = [...connectionString.matchAll(/Endpoint=([^;]+)/gi)].map(match => match[1] ?? '');
  // A suffix makes the addresses that are not named, and those are elsewhere.
  return endpoints.length > 0 && endpoints.every(isLoopback) && !/EndpointSuffix=/i.test(connectionString);
}

/** As a host is written in an address, and in a list of hosts. */
const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '::1', '[::1]'] as const;

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * What the environment has to say so that nothing on this machine is asked for through a proxy, whoever reads the
 * variables: the libraries for storage and sign-in do. Rows of the emulator would go to the proxy in clear.
 *
 * @returns both spellings of NO_PROXY, with all that was in either
 */
export function noProxyOnLoopback(env: Variables): { readonly NO_PROXY: string; readonly no_proxy: string } {
  const listed = [env['NO_PROXY'], env['no_proxy']].flatMap(list => (list ?? '').split(/[\s,]+/));
  const hosts = [...new Set([...listed, ...LOOPBACK_HOSTS])].filter(host => host !== '').join(',');
  return { NO_PROXY: hosts, no_proxy: hosts };
}

/**
 * Makes of the environment what is safe for every library that reads it: nothing on this machine through a proxy, and
 * certificates are checked, whatever NODE_TLS_REJECT_UNAUTHORIZED says. docs/security.md lists what may still be set.
 */
export function guardEnvironment(env: Record<string, string | undefined>): void {
  Object.assign(env, noProxyOnLoopback(env));
  delete env['NODE_TLS_REJECT_UNAUTHORIZED'];
}
