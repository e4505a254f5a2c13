// Secrets and signatures, made in the browser by WebCrypto.

/** A secret in the form of Standard Webhooks: 32 random bytes. */
export function newSecret(): string {
  const random = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...random))}`;
}

/**
 * The value of `X-Hub-Signature-256`: the HMAC of the body's bytes, keyed with the bytes of the
 * secret's text. WebCrypto requires a secure context (https, or this machine).
 */
export async function hubSignature(secret: string, body: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, [
    'sign',
  ]);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(body)));
  return `sha256=${[...mac].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
