// An item's size for DynamoDB's write units: the UTF-8 bytes of attribute names and values.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
import type { NativeAttributeValue } from '@aws-sdk/lib-dynamodb';

export type Item = Record<string, NativeAttributeValue>;

/** A list or a map takes 3 bytes, and each of its elements one more. */
const containerBytes = 3;

/** At most: a byte holds two significant digits, paired from the decimal point, and a minus sign takes one more. */
function numberBytes(value: number): number {
  const [mantissa = ''] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '').replace(/0+$/, '').length;
  return Math.ceil((digits + 1) / 2) + 1 + (value < 0 ? 1 : 0);
}

export function valueBytes(value: NativeAttributeValue): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return numberBytes(value);
  if (typeof value !== 'object' || value === null) return 1;
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value)) {
    return value.reduce<number>((sum, element) => sum + 1 + valueBytes(element), containerBytes);
  }
  const entries = Object.values(value as Item).filter((element) => element !== undefined);
  return containerBytes + entries.length + itemBytes(value as Item);
}

/** Attributes that are `undefined` are not stored. */
export function itemBytes(item: Item): number {
  return Object.entries(item)
    .filter(([, value]) => value !== undefined)
    .reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}
