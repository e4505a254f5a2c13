// Bodies of about 1 KB as producers send them: JSON with ids, amounts and times that differ from one to the next.
import { randomBytes, randomInt, randomUUID } from 'node:crypto';

const hex = (count: number) => randomBytes(count).toString('hex');
const aTime = () => new Date(1_763_913_600_000 + randomInt(1_000_000_000)).toISOString();
const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));

export function anOrder(): Buffer {
  return bytesOf({
    id: `ord_${hex(12)}`,
    object: 'order',
    created_at: aTime(),
    currency: 'EUR',
    status: 'paid',
    customer: {
      id: `cus_${hex(12)}`,
      name: 'Jane Doe',
      email: `jane.doe.${randomInt(10_000)}@example.com`,
      address: {
        line1: `${randomInt(200)} Rue de la Paix`,
        line2: null,
        city: 'Paris',
        postal_code: `75${randomInt(100, 1_000)}`,
        country: 'FR',
      },
    },
    items: Array.from({ length: 4 }, (_, index) => ({
      sku: `SKU-${randomInt(1_000_000)}`,
      name: `Blue widget, size ${index}`,
      quantity: index + 1,
      unit_price: randomInt(100, 99_999),
      tax_rate: 0.2,
    })),
    total: randomInt(1_000, 999_999),
    shipping: {
      method: 'express',
      tracking_number: hex(8).toUpperCase(),
      estimated_delivery_at: aTime(),
    },
    note: 'Please leave the parcel with the neighbour at number 14 if nobody answers the door.',
    metadata: { source: 'web', campaign: `autumn-${randomInt(100)}`, cart_id: randomUUID() },
  });
}

export function anInvoice(): Buffer {
  return bytesOf({
    id: `in_${hex(12)}`,
    type: 'invoice.paid',
    api_version: '2026-10-01',
    data: {
      number: `INV-2026-${randomInt(100_000)}`,
      customer: `cus_${hex(12)}`,
      subscription: `sub_${hex(12)}`,
      payment_intent: `pi_${hex(12)}`,
      charge: `ch_${hex(12)}`,
      currency: 'usd',
      amount_due: randomInt(100_000),
      amount_paid: randomInt(100_000),
      period_start: aTime(),
      period_end: aTime(),
      hosted_invoice_url: `https://pay.example.com/i/${hex(24)}`,
      lines: Array.from({ length: 3 }, () => ({
        id: `il_${hex(12)}`,
        description: 'Team plan, per seat',
        amount: randomInt(10_000),
        quantity: randomInt(50),
        price: { id: `price_${hex(12)}`, unit_amount: randomInt(10_000), interval: 'month' },
      })),
    },
    livemode: true,
    created: 1_763_913_600 + randomInt(1_000_000),
  });
}

/** Hardly anything in it but random ids. */
export function aUser(): Buffer {
  return bytesOf({
    event: 'user.updated',
    event_id: randomUUID(),
    organization_id: randomUUID(),
    user: {
      id: randomUUID(),
      external_id: randomUUID(),
      email: `user.${hex(4)}@example.com`,
      roles: ['member', 'billing'],
      created_at: aTime(),
      updated_at: aTime(),
    },
    sessions: Array.from({ length: 4 }, () => ({
      id: randomUUID(),
      device_id: randomUUID(),
      ip: `203.0.113.${randomInt(256)}`,
      last_seen_at: aTime(),
    })),
    request_id: randomUUID(),
  });
}

export function incompressible(): Buffer {
  return randomBytes(1_024);
}
