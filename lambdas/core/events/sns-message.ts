// Messages from Amazon SNS. Amazon signs those of all accounts alike, with a certificate that the
// message names by URL. So trust rests on the topic, and only the host of the topic's region is
// contacted.
import { X509Certificate, verify } from 'node:crypto';
import { limits } from '../../contract/limits/limits.ts';
import { epochMsOf } from '../../contract/limits/time.ts';
import { topicHostOf } from '../../contract/events/topic-arn.ts';
import { parsedMembers } from '../shared/members.ts';

export type SnsMessage = {
  id: string;
  type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  certificateUrl: string;
  /** Fetching it confirms the subscription; null if there is nothing to confirm. */
  confirmUrl: string | null;
  /** Epoch ms. */
  sentAt: number;
  signature: Buffer;
  algorithm: 'sha1' | 'sha256';
  signed: string;
};

const signedOfEvents = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
const signedOfConfirmations = [
  'Message',
  'MessageId',
  'SubscribeURL',
  'Timestamp',
  'Token',
  'TopicArn',
  'Type',
];

/** Null unless it is a message of the topic that names no other host. */
export function readSnsMessage(body: Uint8Array, topicArn: string): SnsMessage | null {
  const members = parsedMembers(body);
  const text = (name: string) => (typeof members[name] === 'string' ? members[name] : '');
  const type = typeOf(text('Type'));
  const algorithm = algorithms[text('SignatureVersion')];
  if (type === null || algorithm === undefined || text('TopicArn') !== topicArn) return null;
  const certificateUrl = text('SigningCertURL');
  if (!isCertificateUrl(certificateUrl, topicArn) || text('MessageId') === '') return null;
  const confirmUrl = type === 'SubscriptionConfirmation' ? text('SubscribeURL') : null;
  if (confirmUrl !== null && !isAtHost(confirmUrl, topicArn)) return null;
  const names = type === 'Notification' ? signedOfEvents : signedOfConfirmations;
  return {
    id: text('MessageId'),
    type,
    certificateUrl,
    confirmUrl,
    sentAt: epochMsOf(text('Timestamp')),
    signature: Buffer.from(text('Signature'), 'base64'),
    algorithm,
    // Absent members are not signed: a notification may have no subject.
    signed: names
      .filter((name) => typeof members[name] === 'string')
      .map((name) => `${name}\n${text(name)}\n`)
      .join(''),
  };
}

const algorithms: Readonly<Record<string, 'sha1' | 'sha256'>> = { 1: 'sha1', 2: 'sha256' };

function typeOf(text: string): SnsMessage['type'] | null {
  const types = ['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation'] as const;
  return types.find((type) => type === text) ?? null;
}

function isAtHost(text: string, topicArn: string): boolean {
  const url = URL.parse(text);
  return url?.origin === `https://${topicHostOf(topicArn)}` && url.username === '';
}

function isCertificateUrl(text: string, topicArn: string): boolean {
  const path = URL.parse(text)?.pathname ?? '';
  const isPlain = text === `https://${topicHostOf(topicArn)}${path}`;
  return isPlain && /^\/SimpleNotificationService-[0-9a-f]{32}\.pem$/.test(path);
}

/** Whether the response is a certificate: anything else is not worth caching. */
export function isCertificate(pem: string | null): boolean {
  try {
    return new X509Certificate(pem ?? '').publicKey.type === 'public';
  } catch {
    return false;
  }
}

/** @param pem null if there is no such certificate */
export function isSignedBySns(message: SnsMessage, pem: string | null): boolean {
  if (pem === null) return false;
  try {
    const { publicKey } = new X509Certificate(pem);
    return verify(message.algorithm, Buffer.from(message.signed), publicKey, message.signature);
  } catch {
    return false;
  }
}

/**
 * SNS retries for an hour at most, with the time of the first try. A message older than its id is
 * remembered would be accepted again if somebody replayed it.
 */
export function isFreshFromSns({ sentAt }: SnsMessage, now: number): boolean {
  const ageMs = now - sentAt;
  return ageMs >= -limits.signatureToleranceMs && ageMs < limits.idempotencyWindowMs;
}
