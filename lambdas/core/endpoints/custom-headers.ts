// Custom header values are often credentials, so they are treated like secrets: write-only.
import { secretMask } from '../../contract/signing/secret-mask.ts';
import { unmaskedSecret } from '../signing/masked-secret.ts';

export type CustomHeaders = Readonly<Record<string, string>>;

export function maskedHeaders(headers: CustomHeaders): Record<string, typeof secretMask> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, secretMask]));
}

/** The headers to store: the mask as a value keeps the stored one of that name. */
export function unmaskedHeaders(given: CustomHeaders, stored: CustomHeaders): CustomHeaders {
  const known = new Map(Object.entries(stored).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const before = known.get(name.toLowerCase()) ?? null;
      return [name, unmaskedSecret(value, before, `/custom_headers/${name}`)];
    }),
  );
}
