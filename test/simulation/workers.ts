// The pollers of the queue: batches of up to ten, one at a time in each process, and an acknowledgement for every
// message that the handler did not name as failed. A process that dies takes its batch with it.
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import { sqsRecord } from '../support/sqs-record.ts';
import { excuse, kill, onceAwake } from './kernel.ts';
import type { Kernel } from './kernel.ts';
import type { Envelope } from './queue.ts';
import type { Worker } from './world.ts';

const workersMax = 3;

type Source = {
  newWorker: (name: string) => Worker;
  receive: () => Envelope[];
  about: (batch: readonly Envelope[]) => DeliveryId[];
  acknowledge: (done: readonly Envelope[]) => void;
  hasVisible: () => boolean;
};

export type Workers = { wake: () => void; processes: () => Worker['process'][] };

export function startWorkers(kernel: Kernel, source: Source): Workers {
  const slots = Array.from({ length: workersMax }, (_, index) => index);
  const workers: (Worker | undefined)[] = [];
  const free = new Set(slots);
  let isPolling = false;

  function wake(): void {
    if (isPolling || free.size === 0) return;
    isPolling = true;
    // Long enough that messages sent together are received together.
    kernel.timeline.after(kernel.random.between(0, 60), () => {
      isPolling = false;
      poll();
    });
  }

  function poll(): void {
    if (free.size === 0) return;
    const batch = source.receive();
    if (batch.length === 0) return;
    const slot = kernel.random.pick([...free]);
    free.delete(slot);
    const known = workers[slot];
    const worker = known?.process.alive === true ? known : source.newWorker(`worker${slot}`);
    workers[slot] = worker;
    invoke(worker, batch, () => {
      free.add(slot);
      if (source.hasVisible()) wake();
    });
    if (source.hasVisible()) wake();
  }

  function invoke(worker: Worker, batch: readonly Envelope[], done: () => void): void {
    const { process } = worker;
    process.startedAt = kernel.timeline.now();
    process.workingOn = () => source.about(batch);
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      process.onDeath.delete(end);
      process.workingOn = () => [];
      done();
    };
    process.onDeath.add(end);
    kernel.timeline.after(limits.deliverFunctionTimeoutMs, () => {
      if (isOver) return;
      excuse(kernel, process.workingOn());
      kill(kernel, process);
    });
    kernel.note(() => `${process.name} receives ${batch.length}`);
    handle(worker, batch).then(
      ({ batchItemFailures }) => {
        if (isOver) return;
        const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
        source.acknowledge(batch.filter(({ id }) => !failed.has(String(id))));
        end();
      },
      // The function failed as a whole: the whole batch comes again.
      end,
    );
  }

  function handle({ process, handler }: Worker, batch: readonly Envelope[]) {
    return new Promise<SQSBatchResponse>((resolve, reject) => {
      onceAwake(kernel, process, () => {
        const endsAt = process.startedAt + limits.deliverFunctionTimeoutMs;
        const lambdaContext = { getRemainingTimeInMillis: () => endsAt - kernel.timeline.now() };
        handler({ Records: batch.map(recordOf) }, lambdaContext).then(resolve, reject);
      });
    });
  }

  return {
    wake,
    processes: () => workers.flatMap((worker) => worker?.process ?? []),
  };
}

export function recordOf({ id, body, receives, sentAt }: Envelope): SQSRecord {
  return sqsRecord({ messageId: String(id), body, receiveCount: receives, sentAt });
}
