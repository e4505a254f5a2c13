// What `npm start` prints: where the service is, where its data is, and commands to paste that show it at work.
import { randomBytes } from 'node:crypto';
import { hubSignature } from '../../lambdas/core/signing/signature.ts';

import type { LocalServer } from './start.ts';

type Facts = Pick<LocalServer, 'url' | 'dataDirectory' | 'apiAuth'>;

export function banner(facts: Facts): string {
  const data = facts.dataDirectory ?? 'memory, gone when this process ends';
  const keys =
    facts.apiAuth === 'on'
      ? 'Every call needs an API key: make one with "npm run key", then export KEY=whk_…'
      : 'API keys are off: only this machine can call';
  return [
    `Listening on ${facts.url}`,
    `The console is at ${facts.url}/`,
    `Data in ${data}`,
    keys,
    '',
    'Try it: subscribe the development inbox, send an event, look at what was delivered.',
    '',
    ...curlFlow(facts),
    '',
  ].join('\n');
}

/** The event is signed as the subscription's secret demands; the secret is a new one at each start. */
export function curlFlow({ url, apiAuth }: Facts): string[] {
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const event = '{"order":42}';
  const json = `-H 'Content-Type: application/json'`;
  const key = apiAuth === 'on' ? ` -H "Authorization: Bearer $KEY"` : '';
  const subscription = JSON.stringify({
    name: 'Demo',
    target_url: `${url}/dev/inbox/demo`,
    secret,
  });
  return [
    `SUBSCRIPTION=$(curl -s ${url}/api/subscriptions${key} ${json} \\`,
    `  -d '${subscription}' | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')`,
    `curl -s ${url}/api/ingest/$SUBSCRIPTION${key} ${json} -H 'X-Event-Type: order.created' \\`,
    `  -H 'X-Hub-Signature-256: ${hubSignature(secret, Buffer.from(event))}' -d '${event}'`,
    `curl -s ${url}/dev/inbox/demo/requests`,
    `curl -s "${url}/api/subscriptions/$SUBSCRIPTION/deliveries"${key}`,
  ];
}
