// A process of its own that has used up its file descriptors: says what the sender makes of that, and of having some again.
// Its arguments: a URL by address, one by name, and the name server.
import { closeSync, openSync } from 'node:fs';
import { httpSender } from '../../../lambdas/adapters/http/http-sender.ts';
import { parseTargetPolicy } from '../../../lambdas/core/endpoints/address.ts';
import { UnsentError } from '../../../lambdas/core/shared/port-errors.ts';

const [byAddress = '', byName = '', nameServer = ''] = process.argv.slice(2);
const parsed = parseTargetPolicy({ allowHttp: true, allowCidrs: ['127.0.0.0/8'], allowHosts: [] });
if (!parsed.ok) throw new Error(parsed.detail);
const sender = httpSender({ policy: parsed.policy, resolverServers: [nameServer] });

async function outcome(url: string): Promise<string> {
  try {
    const request = { url, headers: {}, body: new Uint8Array(), owner: 'o', timeoutMs: 2_000 };
    const result = await sender.send(request);
    return result.kind === 'response' ? String(result.statusCode) : result.code;
  } catch (error) {
    return error instanceof UnsentError ? error.fault : String(error);
  }
}

const taken: number[] = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {
  // None is left.
}
const without = [await outcome(byAddress), await outcome(byName)];
for (const descriptor of taken) closeSync(descriptor);
const again = [await outcome(byAddress), await outcome(byName)];
console.log(JSON.stringify({ without, again }));
sender.close();
