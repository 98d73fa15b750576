/** The Microsoft clouds Landline reads from: host, sign-in and scope belong together and are never mixed. */

export interface Cloud {
  readonly name: string;
  /** Scheme and host of Graph. */
  readonly graph: string;
  /** Sign-in host, for credentials other than a managed identity. */
  readonly authority: string;
  /** The one scope a token is asked for. */
  readonly scope: string;
}

function cloud(name: string, graph: string, authority: string): Cloud {
  return { name, graph, authority, scope: `${graph}/.default` };
}

/** Source: learn.microsoft.com/graph/deployments. `global` serves Microsoft 365 GCC too. */
export const CLOUDS: Readonly<Record<'global' | 'usgov-l4' | 'usgov-l5', Cloud>> = {
  global: cloud('global', 'https://graph.microsoft.com', 'https://login.microsoftonline.com'),
  'usgov-l4': cloud('usgov-l4', 'https://graph.microsoft.us', 'https://login.microsoftonline.us'),
  'usgov-l5': cloud('usgov-l5', 'https://dod-graph.microsoft.us', 'https://login.microsoftonline.us'),
};

/** Why the remaining cloud is not there. */
export const CHINA_REFUSED =
  'Microsoft does not offer the call-record log functions in the China cloud (21Vianet), so there is nothing to land';
