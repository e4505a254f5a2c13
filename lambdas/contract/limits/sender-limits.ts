// The numbers of what well-known senders send beside their events: a part of `limits.ts`.
import { hour, second } from './units.ts';

export const senderLimits = {
  /** Of one header that is kept and sent on; a longer one is left out. */
  senderHeaderBytesMax: 256,
  /** What a sender wants to have back, to see that the URL is ours. */
  challengeLengthMax: 500,
  // Amazon SNS
  topicArnLengthMax: 360, // A name of 256 characters, with all that stands before it.
  snsCertificateCharactersMax: 16_384,
  snsCertificatesKept: 20,
  snsCertificateMemoTtlMs: hour,
  snsRequestTimeoutMs: 5 * second,
} as const;
