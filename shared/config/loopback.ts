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
  return endpoints.length > 0 && endpoints.every(isLoopback);
}
