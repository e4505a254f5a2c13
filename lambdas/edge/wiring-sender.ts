// The sender of the deliver function, in a file of its own so that the other functions do not carry it.
import { httpSender as openHttpSender } from '../adapters/http/http-sender.ts';
import type { TargetPolicy } from '../core/endpoints/address.ts';
import type { Sender } from '../core/ports.ts';

export function httpSender(policy: TargetPolicy): Sender {
  return openHttpSender({ policy });
}
