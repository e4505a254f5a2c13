import { expect, test } from 'vitest';
import { isRefusedPort } from '../../../lambdas/core/endpoints/target-port.ts';

/** Node's copy of the standard's list lacks 0; behind the others are services that lines of text can reach. */
const beyondNode = [0, 2_375, 6_379, 9_001, 11_211];

test('refuses every port that Node refuses to fetch from, five more, and no other', async () => {
  const ports = Array.from({ length: 65_536 }, (_, port) => port);
  // Above 12,000 nobody refuses anything; asking Node of each would take five seconds.
  const refused = ports.filter(isRefusedPort);
  const bad: number[] = [];
  for (const port of ports.slice(0, 12_000)) if (await isBadPort(port)) bad.push(port);
  expect(refused).toEqual([...bad, ...beyondNode].toSorted((a, b) => a - b));
});

/** Node has the list of the Fetch standard, and checks it before it sends anything. */
async function isBadPort(port: number): Promise<boolean> {
  const sent = new Error('sent');
  const dispatcher = {
    dispatch() {
      throw sent;
    },
  } as unknown as NonNullable<RequestInit['dispatcher']>;
  const error: unknown = await fetch(`http://example.com:${port}/`, { dispatcher }).catch(
    (reason: unknown) => reason,
  );
  const { cause } = error as Error;
  if (cause === sent) return false;
  if (cause instanceof Error && cause.message === 'bad port') return true;
  throw error;
}
