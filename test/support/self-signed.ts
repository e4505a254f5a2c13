// A certificate for any kind of key: node-forge, which makes the other certificates of the tests, knows RSA alone.
import { sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { integer, pem, sequence, tagged } from './der.ts';

type KeyPair = { privateKey: KeyObject; publicKey: KeyObject };

/** In PEM. */
export function selfSignedFor({ privateKey, publicKey }: KeyPair): string {
  const algorithm = algorithmOf(privateKey);
  const name = sequence(
    tagged(0x31, sequence(objectId('550403'), tagged(0x0c, Buffer.from('test')))),
  );
  const validity = sequence(
    tagged(0x17, Buffer.from('250101000000Z')),
    tagged(0x17, Buffer.from('490101000000Z')),
  );
  const content = sequence(
    tagged(0xa0, integer(2n)),
    integer(1n),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const digest = privateKey.asymmetricKeyType?.startsWith('ed') ? null : 'sha256';
  const signature = tagged(0x03, Buffer.from([0]), sign(digest, content, privateKey));
  return pem('CERTIFICATE', sequence(content, algorithm, signature));
}

/** Anything else is RSA. */
const algorithms: Readonly<Record<string, string>> = {
  ec: '2a8648ce3d040302',
  ed25519: '2b6570',
  ed448: '2b6571',
};

function algorithmOf({ asymmetricKeyType: type }: KeyObject): Buffer {
  const algorithm = algorithms[type ?? ''];
  if (algorithm !== undefined) return sequence(objectId(algorithm));
  return sequence(objectId('2a864886f70d01010b'), tagged(0x05));
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}
