// The fields whose secrets the API takes and never shows: custom headers, auth, and what verifies events. A field that
// is not given counts as given the way it is shown, with masks.
import type { EndpointAuth } from '../../contract/endpoints/endpoint-auth.ts';
import type { SubscriptionFields } from '../../contract/http/resources.ts';
import { secretMask } from '../../contract/signing/secret-mask.ts';
import type { Verification } from '../../contract/events/verification.ts';
import { maskedHeaders, unmaskedHeaders } from '../endpoints/custom-headers.ts';
import type { CustomHeaders } from '../endpoints/custom-headers.ts';
import { maskedAuth, unmaskedAuth } from '../endpoints/endpoint-auth.ts';
import { unmaskedSecret } from '../signing/masked-secret.ts';
import { invalidField } from '../shared/service-error.ts';
import type { Subscription } from './subscription.ts';

type Hidden = Pick<Subscription, 'customHeaders' | 'auth' | 'verification'>;

export function shownFields({ customHeaders, auth, verification }: Hidden) {
  return {
    custom_headers: maskedHeaders(customHeaders),
    auth: maskedAuth(auth),
    verification: maskedVerification(verification),
  };
}

/** The fields as they are after a change. Throws a `ServiceError` for what cannot be. */
export function writeOnlyFields(before: Subscription, fields: SubscriptionFields): Hidden {
  const shown = shownFields(before);
  const {
    target_url: target = before.targetUrl,
    custom_headers: customHeaders = shown.custom_headers,
    auth = shown.auth,
    verification = shown.verification,
  } = fields;
  if (auth !== null) checkFit(auth, { target, customHeaders: customHeaders ?? {} });
  // Whoever cannot read a secret must not be able to have it sent to a host of their own.
  const isMoved = new URL(target).origin !== new URL(before.targetUrl).origin;
  const stored = isMoved ? { customHeaders: {}, auth: null } : before;
  return {
    customHeaders: unmaskedHeaders(customHeaders ?? {}, stored.customHeaders),
    auth: unmaskedAuth(auth, stored.auth),
    verification: unmaskedVerification(verification, before.verification),
  };
}

function checkFit(
  auth: EndpointAuth,
  { target, customHeaders }: { target: string; customHeaders: CustomHeaders },
): void {
  if (auth.type === 'mtls' && new URL(target).protocol !== 'https:') {
    throw invalidField('/auth', 'needs an https target for its client certificate');
  }
  const names = Object.keys(customHeaders).map((name) => name.toLowerCase());
  if (auth.type === 'header' && names.includes(auth.name.toLowerCase())) {
    throw invalidField('/auth/name', 'must not be one of custom_headers too');
  }
}

function maskedVerification(verification: Verification | null): Verification | null {
  if (verification === null || verification.scheme === 'sns') return verification;
  const shown = { ...verification, secret: verification.secret === null ? null : secretMask };
  return shown.scheme === 'meta' ? { ...shown, verify_token: secretMask } : shown;
}

function unmaskedVerification(
  given: Verification | null,
  stored: Verification | null,
): Verification | null {
  if (given === null || given.scheme === 'sns') return given;
  const storedSecret = stored !== null && 'secret' in stored ? stored.secret : null;
  const secret =
    given.secret === null
      ? null
      : unmaskedSecret(given.secret, storedSecret, '/verification/secret');
  if (given.scheme !== 'meta') return { ...given, secret };
  const storedToken = stored?.scheme === 'meta' ? stored.verify_token : null;
  const token = unmaskedSecret(given.verify_token, storedToken, '/verification/verify_token');
  return { ...given, secret, verify_token: token };
}
