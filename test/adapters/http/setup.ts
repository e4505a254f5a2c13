// One sender per test, closed after it, and the measure of every attempt: its result, code and time.
import { onTestFinished } from 'vitest';
import { httpSender, type HttpSenderOptions } from '../../../lambdas/adapters/http/http-sender.ts';
import { parseTargetPolicy, type TargetPolicy } from '../../../lambdas/core/endpoints/address.ts';
import type { Sender } from '../../../lambdas/core/ports.ts';
import type { SendRequest, SendResult } from '../../../lambdas/core/deliveries/send-result.ts';

export const loopback = ['127.0.0.0/8', '::1/128'];

export function policyOf(
  allowCidrs: readonly string[],
  allowHttp = true,
  allowHosts: readonly string[] = [],
): TargetPolicy {
  const result = parseTargetPolicy({ allowHttp, allowCidrs, allowHosts });
  if (!result.ok) throw new Error(result.detail);
  return result.policy;
}

export function aSender(options: Partial<HttpSenderOptions> = {}): ReturnType<typeof httpSender> {
  const sender = httpSender({ policy: policyOf(loopback), ...options });
  onTestFinished(() => sender.close());
  return sender;
}

export function aRequest(url: string, about: Partial<SendRequest> = {}): SendRequest {
  return {
    url,
    headers: { 'content-type': 'application/json', 'webhook-id': 'msg_1' },
    body: Buffer.from('{"hello":"world"}'),
    owner: 'default sub_1',
    timeoutMs: 2_000,
    ...about,
  };
}

/**
 * The result, and how much later it came than its deadline; negative when it came before. The deadline is when a
 * plain timer of the same length fires: on a busy machine all timers are late.
 */
export async function timedSend(
  sender: Sender,
  request: SendRequest,
): Promise<{ result: SendResult; lateMs: number }> {
  let deadlineAt = performance.now() + request.timeoutMs;
  const timer = setTimeout(() => (deadlineAt = performance.now()), request.timeoutMs);
  const result = await sender.send(request);
  clearTimeout(timer);
  return { result, lateMs: performance.now() - deadlineAt };
}
