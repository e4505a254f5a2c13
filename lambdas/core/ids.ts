// Ids are opaque to callers and carry what finds their row.
//   sub_<16>            a subscription
//   dlv_<26><16>        a delivery: a ULID (time and chance), then the id of its subscription
//   att_<26><16>_<n>    an attempt: its delivery and its number
// So a delivery is found by one GetItem, without an index, and sorts by time within its subscription.
// Characters are lower-case Crockford base32; none has a dot, which signed ids must not contain.
import { decodeTime } from 'ulid';

export type SubscriptionId = `sub_${string}`;
export type DeliveryId = `dlv_${string}`;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const timeLength = 10;
const chanceLength = 16;
const ulidLength = timeLength + chanceLength;

const subscriptionPattern = new RegExp(`^sub_[${alphabet}]{${chanceLength}}$`);
const deliveryPattern = new RegExp(`^dlv_[0-7][${alphabet}]{${ulidLength - 1 + chanceLength}}$`);

/** Sixteen characters from ten random bytes: 80 bits. */
function encodeChance(bytes: Uint8Array): string {
  let value = 0n;
  for (const byte of bytes.subarray(0, 10)) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (let index = 0; index < chanceLength; index += 1) {
    text = alphabet[Number(value & 31n)] + text;
    value >>= 5n;
  }
  return text;
}

function encodeTime(at: number): string {
  let value = at;
  let text = '';
  for (let index = 0; index < timeLength; index += 1) {
    text = alphabet[value % 32] + text;
    value = Math.floor(value / 32);
  }
  return text;
}

/** @param chance ten random bytes */
export function subscriptionIdFrom(chance: Uint8Array): SubscriptionId {
  return `sub_${encodeChance(chance)}`;
}

/** @param at epoch ms of the acceptance; @param chance ten random bytes */
export function deliveryIdFrom(
  subscriptionId: SubscriptionId,
  at: number,
  chance: Uint8Array,
): DeliveryId {
  return `dlv_${encodeTime(at)}${encodeChance(chance)}${subscriptionId.slice('sub_'.length)}`;
}

export function attemptId(deliveryId: DeliveryId, number: number): string {
  return `att_${deliveryId.slice('dlv_'.length)}_${number}`;
}

export function isSubscriptionId(text: string): text is SubscriptionId {
  return subscriptionPattern.test(text);
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
  return encodeTime(Math.max(0, at)) + '0'.repeat(chanceLength);
}
