// Limits the total bytes of bodies being read concurrently. Requests with apparent credentials have
// a separate budget, so that strangers cannot exhaust it.
import type { IncomingHttpHeaders } from 'node:http';

const mb = 1024 * 1024;
export const readingBudget = { withCredentialsBytesMax: 64 * mb, strangersBytesMax: 16 * mb };

const credentialHeaders = [
  'authorization',
  'x-api-key',
  'x-hub-signature-256',
  'webhook-signature',
  'stripe-signature',
  'x-shopify-hmac-sha256',
  'x-slack-signature',
];

export type Reading = {
  /** False if there is no room for that many more bytes. */
  take(bytes: number): boolean;
  /** Returns everything taken. */
  end(): void;
};

export function createReadingBudget(bounds = readingBudget) {
  const used = { withCredentials: 0, strangers: 0 };
  return {
    begin(headers: IncomingHttpHeaders, isOpenToAll: boolean): Reading {
      const isKnown = isOpenToAll || credentialHeaders.some((name) => headers[name] !== undefined);
      const whose = isKnown ? 'withCredentials' : 'strangers';
      const most = isKnown ? bounds.withCredentialsBytesMax : bounds.strangersBytesMax;
      let taken = 0;
      return {
        take(bytes) {
          if (used[whose] + bytes > most) return false;
          used[whose] += bytes;
          taken += bytes;
          return true;
        },
        end() {
          used[whose] -= taken;
          taken = 0;
        },
      };
    },
  };
}

export type ReadingBudget = ReturnType<typeof createReadingBudget>;
