import * as z from 'zod';

/** A service account key, as the control panel hands it out. */
export interface VoximplantKey {
  readonly accountId: string;
  readonly keyId: string;
  /** PKCS#8 PEM. */
  readonly privateKey: string;
}

const id = z.union([z.string().min(1), z.number().transform(String)]);
const keyFile = z.object({ account_id: id, key_id: id, private_key: z.string().includes('PRIVATE KEY') });

/**
 * Reads a key in either published shape: the file of the control panel, or the answer of CreateKey, which has the same
 * inside `result`.
 *
 * @returns `undefined` when the text is neither
 */
export function voximplantKey(text: string): VoximplantKey | undefined {
  const { success, data } = keyFile.safeParse(unwrap(text));
  return success ? { accountId: data.account_id, keyId: data.key_id, privateKey: data.private_key } : undefined;
}

function unwrap(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && 'result' in parsed ? parsed.result : parsed;
  } catch {
    return undefined;
  }
}
