// The deliver function's sender, in a separate file so that other functions do not bundle it.
import { httpSender as openHttpSender } from '../adapters/http/http-sender.ts';
import type { TargetPolicy } from '../core/endpoints/address.ts';
import type { Sender } from '../core/ports.ts';

export function httpSender(policy: TargetPolicy): Sender {
  return openHttpSender({ policy });
}
