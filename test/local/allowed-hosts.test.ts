// A name that only this machine's own hosts file knows, as of a neighbour in a compose file.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseHosts } from '../../lambdas/adapters/http/dns/hosts-file.ts';
import { isHostName } from '../../lambdas/contract/endpoints/target-hosts.ts';
import { until } from '../support/until.ts';
import { newDataDirectory, newReceiver, patienceMs, startServer } from './setup.ts';

const isInner = (name: string): boolean => isHostName(name) && !/^localhost\b|\./.test(name);
const [name] = [...parseHosts(readFileSync('/etc/hosts', 'utf8'), isInner)]
  .filter(([, addresses]) => addresses.join() === '127.0.0.1')
  .map(([found]) => found);

test.skipIf(name === undefined)(
  'a name of /etc/hosts is a target where it is allowed',
  async () => {
    const receiver = await newReceiver();
    const { url, received } = receiver.endpoint();
    const body = { target_url: url.replace('127.0.0.1', name!) };
    const closed = await startServer({ DATA_DIR: await newDataDirectory() });
    await expect(closed.api.call('createSubscription', { body })).rejects.toThrow(
      'unsafe-target-url',
    );

    const settings = { DATA_DIR: await newDataDirectory(), TARGET_ALLOW_HOSTS: name! };
    const { api } = await startServer(settings);
    const { subscription } = await api.call('createSubscription', { body });
    const { delivery_id } = await api.call('ingest', { id: subscription.id, body: { n: 1 } });
    await received(1, patienceMs);
    await until(
      'the delivery has ended',
      async () => {
        const { delivery } = await api.call('getDelivery', { id: delivery_id! });
        return delivery.status === 'delivered';
      },
      patienceMs,
    );
  },
);
