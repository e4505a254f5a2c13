// Limits of what well-known senders send besides their events: part of `limits.ts`.
import { hour, second } from './units.ts';

export const senderLimits = {
  /** Per forwarded header; longer ones are dropped. */
  senderHeaderBytesMax: 256,
  /** The text that a sender wants echoed to verify the URL. */
  challengeLengthMax: 500,
  // Amazon SNS
  topicArnLengthMax: 360, // A name of 256 characters plus everything before it.
  snsCertificateCharactersMax: 16_384,
  snsCertificatesKept: 20,
  snsCertificateMemoTtlMs: hour,
  snsRequestTimeoutMs: 5 * second,
} as const;
