// Real sockets, without and with TLS: whatever a server does, the attempt ends in time with the right word for it,
// and the next attempt is none the worse for it.
import { expect, test, describe } from 'vitest';
import { certificateAuthority } from './certificates.ts';
import { hostileServers, type Outcome } from './hostile-servers.ts';
import { closed, rawServer } from './raw-server.ts';
import { aRequest, aSender, timedSend } from './setup.ts';

const timeoutMs = 400;
const toleranceMs = 250;
const authority = certificateAuthority();
const certificate = authority.issue(['hook.localhost']);

describe.each(['http', 'https'])('over %s, from a server that', (scheme) => {
  test.each(Object.entries(hostileServers))('%s', async (_name, hostile) => {
    const tls = scheme === 'https' ? certificate : undefined;
    const { port, sockets } = await rawServer({ ...hostile, tls });
    const sender = aSender({ ca: authority.ca });
    const request = aRequest(`${scheme}://hook.localhost:${port}/`, { timeoutMs });

    const { body = request.body } = hostile;
    const { result, lateMs } = await timedSend(sender, { ...request, body });

    expectOutcome(result, hostile.outcome);
    expect(lateMs).toBeLessThan(toleranceMs);
    // Nothing goes on behind the result: what did not end well has lost its connection.
    const isClean = result.kind === 'response' && !result.truncated;
    if (!isClean) await Promise.all(sockets.map(closed));
  });
});

function expectOutcome(result: object, outcome: Outcome): void {
  if (typeof outcome === 'string') {
    expect(result).toMatchObject({ kind: 'error', code: outcome });
    return;
  }
  const { body, ...rest } = outcome;
  expect(result).toMatchObject({ kind: 'response', ...rest });
  if (body !== undefined) expect(result).toHaveProperty('body', expect.stringMatching(body));
}
