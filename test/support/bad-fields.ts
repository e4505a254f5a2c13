// Fields of a subscription that are wrong in one way each, by what is wrong.
import { limits } from '../../lambdas/contract/limits.ts';

export const target = 'https://receiver.example.com/hooks';

export const badFields = {
  'a name that is a number': { name: 1 },
  'a long name': { name: 'x'.repeat(limits.nameLengthMax + 1) },
  'an empty target': { target_url: '' },
  'no target': { target_url: null },
  'a target that is a list': { target_url: [target] },
  'a long target': { target_url: `${target}/${'x'.repeat(limits.targetUrlLengthMax)}` },
  'a secret that is a number': { secret: 12 },
  'a long secret': { secret: 'x'.repeat(limits.secretLengthMax + 1) },
  'a whsec_ secret that is not base64': { secret: `whsec_${'!'.repeat(32)}` },
  'a short whsec_ secret': { secret: `whsec_${Buffer.alloc(23).toString('base64')}` },
  'a long whsec_ secret': { secret: `whsec_${Buffer.alloc(65).toString('base64')}` },
  'event types as one text': { event_types: 'order.created' },
  'an empty event type': { event_types: [''] },
  'an event type with a space': { event_types: ['order created'] },
  'an event type that is null': { event_types: [null] },
  'a wildcard in the middle': { event_types: ['order.*.paid'] },
  'a wildcard without a stop': { event_types: ['order*'] },
  'a long event type': { event_types: ['x'.repeat(limits.eventTypeLengthMax + 1)] },
  'too many event types': {
    event_types: Array.from({ length: limits.eventTypesPerSubscriptionMax + 1 }, (_, n) => `t${n}`),
  },
  'an unknown status': { status: 'banana' },
  'a status that is null': { status: null },
  'an unknown schedule': { retry_schedule: 'slow' },
  'a wait of nothing': { retry_schedule: [0] },
  'a wait of half a second': { retry_schedule: [1.5] },
  'a wait of eight days': { retry_schedule: [8 * 86_400] },
  'too many waits': {
    retry_schedule: Array.from({ length: limits.scheduleLengthMax + 1 }, () => 1),
  },
  'a deadline of nothing': { timeout_ms: 0 },
  'a deadline of a minute': { timeout_ms: 60_000 },
  'a deadline in words': { timeout_ms: '10s' },
  'a timestamped signature in words': { timestamped_signature: 'yes' },
  'operational events in words': { operational_events: 'yes' },
  ...Object.fromEntries(
    ['Host', 'content-length', 'Transfer-Encoding', 'Authorization', 'webhook-signature']
      .concat(['X-Forwarded-For', 'Metadata-Flavor', 'X-aws-ec2-metadata-token', 'X Y', ''])
      .map((name) => [`a custom header named "${name}"`, { custom_headers: { [name]: 'x' } }]),
  ),
  'a custom header with a line break': { custom_headers: { 'X-A': 'x\r\nHost: y' } },
  'a custom header with a line feed': { custom_headers: { 'X-A': 'x\ny' } },
  'a custom header with a NUL': { custom_headers: { 'X-A': 'x\0y' } },
  'a custom header beyond ASCII': { custom_headers: { 'X-A': 'é' } },
  'a custom header that is empty': { custom_headers: { 'X-A': '' } },
  'a custom header that is a number': { custom_headers: { 'X-A': 1 } },
  'a long custom header': {
    custom_headers: { 'X-A': 'x'.repeat(limits.customHeaderValueLengthMax + 1) },
  },
  'a custom header twice': { custom_headers: { 'X-A': 'x', 'x-a': 'y' } },
  'too many custom headers': {
    custom_headers: Object.fromEntries(
      Array.from({ length: limits.customHeadersMax + 1 }, (_, n) => [`X-${n}`, 'x']),
    ),
  },
  'custom headers that are a list': { custom_headers: ['X-A: x'] },
  'an unknown way of auth': { auth: { type: 'digest', username: 'u', password: 'p' } },
  'auth without a type': { auth: { token: 't' } },
  'auth that is a text': { auth: 'Bearer t' },
  'a user name with a colon': { auth: { type: 'basic', username: 'u:v', password: 'p' } },
  'a user without a password': { auth: { type: 'basic', username: 'u' } },
  'a bearer token with a line break': { auth: { type: 'bearer', token: 't\r\nHost: x' } },
  'a bearer token with a space': { auth: { type: 'bearer', token: 'a b' } },
  'a client without a token URL': { auth: { type: 'oauth2', client_id: 'c', client_secret: 's' } },
  'a client certificate that is none': {
    auth: { type: 'mtls', certificate: 'x', private_key: 'y' },
  },
  'an unknown verification scheme': { verification: { scheme: 'gitlab' } },
  'a verification without a scheme': { verification: { secret: 's' } },
  'an HMAC without a header': { verification: { scheme: 'hmac' } },
  'an HMAC in a header that is no name': { verification: { scheme: 'hmac', header: 'X Y' } },
  'an HMAC of md5': { verification: { scheme: 'hmac', header: 'X-S', algorithm: 'md5' } },
  'an HMAC in base32': { verification: { scheme: 'hmac', header: 'X-S', encoding: 'base32' } },
};
