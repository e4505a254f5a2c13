// Builds a deployed function's context once, at startup: a bad setting fails the first start, not
// the thousandth request. Only the deliver and publish functions send, so the others bundle no HTTP
// client.
import { openAwsPorts } from '../adapters/aws/ports.ts';
import { systemPorts } from '../adapters/system.ts';
import { awsSettings, parseSettings, serviceSettings } from '../contract/settings.ts';
import type { TargetPolicy } from '../core/endpoints/address.ts';
import type { Sender } from '../core/ports.ts';
import { hourMs } from '../core/ledger/stats.ts';
import type { Context } from '../operations/context.ts';
import { createContext, targetPolicyOf } from './context.ts';
import { createLog } from './log.ts';

export function awsContext(
  environment: Readonly<Record<string, string | undefined>>,
  makeSender: (policy: TargetPolicy) => Sender,
): Context {
  const service = parseSettings(serviceSettings, environment);
  const policy = targetPolicyOf(service);
  const world = { ...systemPorts, log: createLog(systemPorts.clock) };
  const ports = openAwsPorts({
    ...world,
    settings: parseSettings(awsSettings, environment),
    retentionMs: service.RETENTION_HOURS * hourMs,
  });
  return createContext({ ...world, ...ports, sender: makeSender(policy) }, service, policy);
}

/** For functions whose operations never send. */
export function noSender(): Sender {
  return {
    send() {
      throw new Error('This function does not send');
    },
  };
}
