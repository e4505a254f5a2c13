// Messages of Amazon SNS. Amazon signs those of all accounts alike, with a certificate that the message names by a URL. So the
// topic is what is trusted, and the only host that is asked for anything is the one of the topic's region.
import { X509Certificate, verify } from 'node:crypto';
import { limits } from '../../contract/limits/limits.ts';
import { epochMsOf } from '../../contract/limits/time.ts';
import { topicHostOf } from '../../contract/events/topic-arn.ts';
import { parsedMembers } from '../shared/members.ts';

export type SnsMessage = {
  id: string;
  type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  certificateUrl: string;
  /** Confirms the subscription when it is asked for; null where there is nothing to confirm. */
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

/** Null for what is no message of the topic, or names another host. */
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
    // What is absent is not signed: a notification may have no subject.
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

/** Whether a certificate came: what else came is not worth remembering. */
export function isCertificate(pem: string | null): boolean {
  try {
    return new X509Certificate(pem ?? '').publicKey.type === 'public';
  } catch {
    return false;
  }
}

/** @param pem null where there is no such certificate */
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
 * SNS tries for an hour at most, with the time of the first try. What is older than an id is remembered would be taken a
 * second time if somebody played it again.
 */
export function isFreshFromSns({ sentAt }: SnsMessage, now: number): boolean {
  const ageMs = now - sentAt;
  return ageMs >= -limits.signatureToleranceMs && ageMs < limits.idempotencyWindowMs;
}
