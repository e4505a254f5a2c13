// Ids are opaque to callers and carry what finds their row.
//   sub_<16>            a subscription: nine characters of time, seven of chance
//   rpl_<16>            a replay job: likewise
//   ltr_<25>            a dead letter: nine characters of time, sixteen of a hash
//   dlv_<26><16>        a delivery: a ULID (time and chance), then the id of its subscription
//   att_<26><16>_<n>    an attempt: its delivery and its number
// So a delivery is found by one GetItem, without an index, and both sort by the time they were made.
// Characters are lower-case Crockford base32; none has a dot, which signed ids must not contain.
import { decodeTime, encodeTime } from 'ulid';

export type SubscriptionId = `sub_${string}`;
export type DeliveryId = `dlv_${string}`;
export type ReplayId = `rpl_${string}`;
export type DeadLetterId = `ltr_${string}`;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const ulidTimeLength = 10;
const ulidChanceLength = 16;
const ulidLength = ulidTimeLength + ulidChanceLength;
const shortTimeLength = 9;
const shortLength = 16;
const turnLength = 8;
const hashLength = 16;

const subscriptionPattern = new RegExp(`^sub_[${alphabet}]{${shortLength}}$`);
const replayPattern = new RegExp(`^rpl_[${alphabet}]{${shortLength}}$`);
const deadLetterPattern = new RegExp(`^ltr_[${alphabet}]{${shortTimeLength + hashLength}}$`);
const deliveryPattern = new RegExp(`^dlv_[0-7][${alphabet}]{${ulidLength - 1 + shortLength}}$`);

/** Five bits a character; the caller gives at least as many bytes as that takes. */
function encodeChance(bytes: Uint8Array, length: number): string {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (let index = 0; index < length; index += 1) {
    text = alphabet[Number(value & 31n)] + text;
    value >>= 5n;
  }
  return text;
}

/** The library writes capitals. */
const timeText = (at: number, length: number) => encodeTime(at, length).toLowerCase();

function shortFrom(at: number, chance: Uint8Array): string {
  return timeText(at, shortTimeLength) + encodeChance(chance, shortLength - shortTimeLength);
}

/** @param at epoch ms of the creation; @param chance ten random bytes */
export function subscriptionIdFrom(at: number, chance: Uint8Array): SubscriptionId {
  return `sub_${shortFrom(at, chance)}`;
}

/** @param at epoch ms of the creation; @param chance ten random bytes */
export function replayIdFrom(at: number, chance: Uint8Array): ReplayId {
  return `rpl_${shortFrom(at, chance)}`;
}

/** @param at epoch ms of the sending; @param hash ten bytes that tell the message from others of the same moment */
export function deadLetterIdFrom(at: number, hash: Uint8Array): DeadLetterId {
  return `ltr_${timeText(at, shortTimeLength)}${encodeChance(hash, hashLength)}`;
}

/** @param at epoch ms of the acceptance; @param chance ten random bytes */
export function deliveryIdFrom(
  subscriptionId: SubscriptionId,
  at: number,
  chance: Uint8Array,
): DeliveryId {
  const time = timeText(at, ulidTimeLength);
  return `dlv_${time}${encodeChance(chance, ulidChanceLength)}${subscriptionId.slice('sub_'.length)}`;
}

export function attemptId(deliveryId: DeliveryId, number: number): string {
  return `att_${deliveryId.slice('dlv_'.length)}_${number}`;
}

/** Names one request for one attempt. @param chance five random bytes */
export function turnFrom(chance: Uint8Array): string {
  return encodeChance(chance, turnLength);
}

export function isSubscriptionId(text: string): text is SubscriptionId {
  return subscriptionPattern.test(text);
}

export function isReplayId(text: string): text is ReplayId {
  return replayPattern.test(text);
}

export function isDeadLetterId(text: string): text is DeadLetterId {
  return deadLetterPattern.test(text);
}

export function isDeliveryId(text: string): text is DeliveryId {
  return deliveryPattern.test(text);
}

/** The 26 characters that order deliveries by time. */
export function deliverySortKey(deliveryId: DeliveryId): string {
  return deliveryId.slice('dlv_'.length, 'dlv_'.length + ulidLength);
}

export function subscriptionIdOf(deliveryId: DeliveryId): SubscriptionId {
  return `sub_${deliveryId.slice('dlv_'.length + ulidLength)}`;
}

/** Epoch ms at which the delivery was accepted. */
export function acceptedAtOf(deliveryId: DeliveryId): number {
  return decodeTime(deliverySortKey(deliveryId).toUpperCase());
}

/** The smallest sort key of a moment: every delivery accepted at or after it sorts at or after it. */
export function sortKeyAt(at: number): string {
  return timeText(Math.max(0, at), ulidTimeLength) + '0'.repeat(ulidChanceLength);
}
