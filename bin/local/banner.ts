// The banner of `npm start`: where the service and its data are, and commands to paste that show it
// at work.
import { randomBytes } from 'node:crypto';
import { hubSignature } from '../../lambdas/core/signing/signature.ts';

import type { LocalServer } from './start.ts';

type Facts = Pick<LocalServer, 'url' | 'dataDirectory' | 'apiAuth'>;

export function banner(facts: Facts): string {
  const data = facts.dataDirectory ?? 'memory, lost when this process ends';
  const keys =
    facts.apiAuth === 'on'
      ? 'Every call needs an API key: create one with "npm run key", then export KEY=whk_…'
      : 'API keys are off: only this machine has access';
  return [
    `Listening on ${facts.url}`,
    `The console is at ${facts.url}/`,
    `Data in ${data}`,
    keys,
    '',
    'Try it: subscribe the development inbox, send an event, see what was delivered.',
    '',
    ...curlFlow(facts),
    '',
  ].join('\n');
}

/** The event is signed with the subscription's secret, which is new at each start. */
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
