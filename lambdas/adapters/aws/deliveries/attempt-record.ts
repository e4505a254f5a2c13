// An attempt's stored form: short names and no defaults, since a row is billed by the KB. The
// attempt's number is its position in the row's list.
import * as z from 'zod';
import type { Attempt } from '../../../core/deliveries/delivery.ts';
import { compressed, decompressed } from './compression.ts';
import type { Item } from './item-size.ts';

const time = z.number().nullable();

const storedAttempt = z.object({
  cycle: z.number().default(1),
  at: z.number(),
  ms: z.number(),
  outcome: z.enum(['success', 'failed_attempt', 'failure']).default('success'),
  code: z.number().nullable().default(null),
  error: z.string().nullable().default(null),
  details: z.string().nullable().default(null),
  /** Binary if compressed. */
  reply: z
    .union([z.string(), z.instanceof(Uint8Array)])
    .nullable()
    .default(null),
  url: z.string(),
  /** DNS, connect, TLS, first byte. */
  times: z.tuple([time, time, time, time]).default([null, null, null, null]),
});

export function encodeAttempt(attempt: Attempt): Item {
  const { dnsMs, connectMs, tlsMs, firstByteMs } = attempt.timings;
  const times = [dnsMs, connectMs, tlsMs, firstByteMs];
  return {
    cycle: attempt.cycle === 1 ? undefined : attempt.cycle,
    at: attempt.at,
    ms: attempt.durationMs,
    outcome: attempt.outcome === 'success' ? undefined : attempt.outcome,
    code: attempt.statusCode ?? undefined,
    error: attempt.errorCode ?? undefined,
    details: attempt.errorDetails ?? undefined,
    reply: encodeReply(attempt.responseBody),
    url: attempt.targetUrl,
    times: times.every((ms) => ms === null) ? undefined : times,
  };
}

function encodeReply(text: string | null): string | Uint8Array | undefined {
  return text === null ? undefined : (compressed(Buffer.from(text)) ?? text);
}

function decodeReply(reply: string | Uint8Array | null): string | null {
  return reply instanceof Uint8Array ? Buffer.from(decompressed(reply)).toString() : reply;
}

export function decodeAttempt(item: unknown, number: number): Attempt {
  const stored = storedAttempt.parse(item);
  const [dnsMs, connectMs, tlsMs, firstByteMs] = stored.times;
  return {
    number,
    cycle: stored.cycle,
    at: stored.at,
    durationMs: stored.ms,
    outcome: stored.outcome,
    statusCode: stored.code,
    errorCode: stored.error,
    errorDetails: stored.details,
    responseBody: decodeReply(stored.reply),
    targetUrl: stored.url,
    timings: { dnsMs, connectMs, tlsMs, firstByteMs },
  };
}
