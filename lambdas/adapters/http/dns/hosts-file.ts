// Resolves names from /etc/hosts, but only those that an operator allows: a public DNS name means
// what DNS says, whatever the machine's file maps it to. Containers and compose files list their
// peers there.
import { open, stat } from 'node:fs/promises';
import { isIP, isIPv4 } from 'node:net';
import { limits } from '../../../contract/limits/limits.ts';
import { UnsentError } from '../../../core/shared/port-errors.ts';
import type { HostResolver } from './host-resolver.ts';
import { codeOf } from '../node-error.ts';

type Entries = ReadonlyMap<string, readonly string[]>;

/** Asks the file first, then `dns`. The file is reread when it has changed. */
export function hostsFileFirst(
  dns: HostResolver,
  { path, isWanted }: { path: string; isWanted: (name: string) => boolean },
): HostResolver {
  let known: { state: string; entries: Entries } | undefined;

  async function entries(): Promise<Entries> {
    const state = await stateOf(path);
    if (known?.state !== state) known = { state, entries: parseHosts(await start(path), isWanted) };
    return known.entries;
  }

  return {
    async resolve(name) {
      const addresses = isWanted(name) ? (await entries()).get(name) : undefined;
      return addresses ?? dns.resolve(name);
    },
    isSilent: () => dns.isSilent(),
    close: () => dns.close(),
  };
}

/** IPv4 addresses first, as from DNS. */
export function parseHosts(text: string, isWanted: (name: string) => boolean): Entries {
  const entries = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const written of names) {
      const name = written.toLowerCase().replace(/\.$/, '');
      if (isWanted(name)) entries.set(name, [...(entries.get(name) ?? []), address]);
    }
  }
  for (const [name, addresses] of entries) {
    const unique = [...new Set(addresses)];
    entries.set(
      name,
      unique.toSorted((a, b) => Number(isIPv4(b)) - Number(isIPv4(a))),
    );
  }
  return entries;
}

async function stateOf(path: string): Promise<string> {
  try {
    const { mtimeNs, ctimeNs, ino, size } = await stat(path, { bigint: true });
    return [mtimeNs, ctimeNs, ino, size].join();
  } catch {
    return 'absent';
  }
}

/** The complete lines at its start; nothing if it cannot be read. */
async function start(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(limits.hostsFileBytesMax), 0);
    const text = buffer.toString('utf8', 0, bytesRead);
    return bytesRead < buffer.byteLength ? text : text.slice(0, text.lastIndexOf('\n') + 1);
  } catch (error) {
    if (['EMFILE', 'ENFILE'].includes(codeOf(error))) throw new UnsentError('no_descriptor', error);
    return '';
  }
}
