// Receivers: they succeed, fail, hang to the deadline, ask for patience, say that they are gone, go away and come back.
import type { SendRequest, SendResult } from '../../lambdas/core/deliveries/send-result.ts';
import { ownFaults, UnsentError } from '../../lambdas/core/shared/port-errors.ts';
import type { Sender } from '../../lambdas/core/ports.ts';
import { isDeliveryId } from '../../lambdas/core/ids.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import { aResponse, anError } from '../support/send-results.ts';
import { faultAt, kill, onceAwake } from './kernel.ts';
import type { Kernel, Process } from './kernel.ts';
import { shortId } from './store.ts';

export type Mode =
  | { kind: 'ok' }
  | { kind: 'status'; status: number }
  /** 429 with `Retry-After`, which the body repeats for the invariants to read. */
  | { kind: 'patience'; seconds: number }
  | { kind: 'hang' }
  | { kind: 'down' };

/** What an endpoint does from a moment on; the last phase lasts. */
export type Phase = { from: number; mode: Mode };

export type Endpoints = Map<string, Phase[]>;

export type Post = {
  deliveryId: DeliveryId;
  request: SendRequest;
  from: Process;
  /** When the answer is there, on the timeline. */
  answeredAt: number;
};

type Access = {
  kernel: Kernel;
  endpoints: Endpoints;
  /** Until when the whole deployment can send nothing, on the timeline. */
  wanting: { until: number };
  watch: {
    /** A try that could be sent: an attempt is the record of one. */
    tried(id: DeliveryId): void;
    /** What the service sees of it. */
    answered(id: DeliveryId, result: SendResult): void;
  };
  onPost: (post: Post) => void;
};

export function sender(access: Access, process: Process): Sender {
  const { kernel, endpoints, wanting, watch, onPost } = access;
  const { timeline, random } = kernel;
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        if (!process.alive) return;
        const deliveryId = deliveryIdOf(request);
        const index = kernel.calls.length;
        const fault = faultAt(kernel, 'sender.send', process.workingOn);
        kernel.note(
          () =>
            `#${index} ${process.name} sender.send ${shortId(deliveryId)}${fault === null ? '' : ` ✗ ${fault}`}`,
        );
        if (fault === 'crash') {
          kill(kernel, process);
          return;
        }
        if (fault === 'unsent' || timeline.now() < wanting.until) {
          timeline.after(random.between(0, 200), () => {
            if (process.alive) reject(new UnsentError(random.pick(ownFaults)));
          });
          return;
        }
        watch.tried(deliveryId);
        const end = (result: SendResult) => {
          timeline.after(result.durationMs, () => {
            onceAwake(kernel, process, () => {
              watch.answered(deliveryId, result);
              resolve(result);
            });
          });
        };
        if (fault === 'fail') {
          end(anError('connect_refused'));
          return;
        }
        timeline.after(random.between(0, 8), () => {
          const now = timeline.now();
          const result = answerOf(modeAt(endpoints, request.url, now), request);
          const durationMs = result.durationMs === 0 ? random.below(200) : result.durationMs;
          onPost({ deliveryId, request, from: process, answeredAt: now + durationMs });
          if (fault === 'crash-after') kill(kernel, process);
          end({ ...(fault === 'fail-after' ? anError('connection_reset') : result), durationMs });
        });
      }),
  };
}

function deliveryIdOf(request: SendRequest): DeliveryId {
  const id = request.headers['webhook-id'] ?? '';
  if (!isDeliveryId(id)) throw new Error(`No delivery id: ${id}`);
  return id;
}

export function modeAt(endpoints: Endpoints, url: string, now: number): Mode {
  const phases = endpoints.get(url) ?? [];
  return phases.findLast(({ from }) => from <= now)?.mode ?? { kind: 'ok' };
}

/** A duration of 0 stands for any short one. */
function answerOf(mode: Mode, request: SendRequest): SendResult {
  switch (mode.kind) {
    case 'ok':
      return aResponse({ durationMs: 0 });
    case 'status':
      return aResponse({ statusCode: mode.status, durationMs: 0 });
    case 'patience':
      return aResponse({
        statusCode: 429,
        headers: { 'retry-after': String(mode.seconds) },
        body: String(mode.seconds),
        durationMs: 0,
      });
    case 'hang':
      return { ...anError('response_timeout'), durationMs: request.timeoutMs };
    case 'down':
      return { ...anError('connect_refused'), durationMs: 0 };
  }
}
