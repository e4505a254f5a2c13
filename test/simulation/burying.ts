// The dead-letter function behind its queue: every message is an event of its own, and comes again until its letter is
// stored and it is acknowledged.
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { DeadLetterHandler } from '../../lambdas/edge/queue/dead-letter-queue.ts';
import { kill } from './kernel.ts';
import type { Kernel, Process } from './kernel.ts';
import type { Envelope, VirtualQueue } from './queue.ts';
import { recordOf } from './workers.ts';

type Source = {
  newFunction: () => { process: Process; handler: DeadLetterHandler };
  acknowledge: (done: readonly Envelope[]) => void;
};

export function startBurying(kernel: Kernel, queue: VirtualQueue, source: Source): void {
  const { timeline, random } = kernel;

  function bury(envelope: Envelope): void {
    const { process, handler } = source.newFunction();
    let isOver = false;
    const end = (isDone: boolean) => {
      if (isOver) return;
      isOver = true;
      process.onDeath.delete(die);
      if (isDone) source.acknowledge([envelope]);
      if (queue.live.has(envelope.id)) {
        timeline.after(limits.deadLetterVisibilityMs, () => {
          bury(envelope);
        });
      } else queue.deadLetters.delete(envelope);
    };
    const die = () => {
      end(false);
    };
    process.onDeath.add(die);
    timeline.after(limits.deadLetterFunctionTimeoutMs, () => {
      if (!isOver) kill(kernel, process);
    });
    handler({ Records: [recordOf(envelope)] }).then(({ batchItemFailures }) => {
      end(batchItemFailures.length === 0);
    }, die);
  }

  queue.onDead = (envelope) => {
    timeline.after(random.between(0, 1_000), () => {
      bury(envelope);
    });
  };
}
