// Waits for a condition that only repeated questions can see, such as the state of a remote service.
import { setTimeout as wait } from 'node:timers/promises';

const firstPauseMs = 20;
const longestPauseMs = 250;

/** Resolves with the first answer that is not undefined; names what was awaited when it gives up. */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  timeoutMs: number,
): Promise<Answer> {
  const givesUpAt = Date.now() + timeoutMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() >= givesUpAt) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await wait(pauseMs);
  }
}
