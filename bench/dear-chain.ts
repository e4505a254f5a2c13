// The dearest certificates that a server can send within the sender's bound: nothing of them is trusted, and OpenSSL
// checks each signature all the same. They need not be right: only to be computed.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { integer, pem, sequence, tagged } from '../test/support/der.ts';

const ecdsaWithSha256 = sequence(tagged(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
const commonName = tagged(0x06, Buffer.from('550403', 'hex'));
const isAuthority = sequence(
  tagged(0x06, Buffer.from('551d13', 'hex')),
  tagged(0x01, Buffer.from([255])),
  tagged(0x04, sequence(tagged(0x01, Buffer.from([255])))),
);
const validity = sequence(
  tagged(0x17, Buffer.from('250101000000Z')),
  tagged(0x17, Buffer.from('490101000000Z')),
);

/** Of the dearest curve that OpenSSL has: 3 ms a signature, in 440 bytes. */
export function dearChain(bytesMax: number): { key: string; cert: string } {
  const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const dear = generateKeyPairSync('ec', { namedCurve: 'sect571r1' });
  const leafKey = leaf.publicKey.export({ type: 'spki', format: 'der' });
  const dearKey = dear.publicKey.export({ type: 'spki', format: 'der' });
  const chain = [certificate({ subject: 0, issuer: 1, key: leafKey })];
  const bytesEach = certificate({ subject: 10, issuer: 10, key: dearKey }).length + 3;
  const last = Math.floor((bytesMax - Buffer.concat(chain).length) / bytesEach);
  for (let subject = 1; subject <= last; subject += 1) {
    // The last one says that it is its own issuer: without an end, nothing of a chain is checked.
    const issuer = Math.min(subject + 1, last);
    chain.push(certificate({ subject, issuer, key: dearKey }));
  }
  return {
    key: leaf.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: chain.map((der) => pem('CERTIFICATE', der)).join(''),
  };
}

function certificate(about: { subject: number; issuer: number; key: Buffer }): Buffer {
  const content = sequence(
    tagged(0xa0, integer(2n)),
    integer(1n),
    ecdsaWithSha256,
    nameOf(about.issuer),
    validity,
    nameOf(about.subject),
    about.key,
    ...(about.subject === 0 ? [] : [tagged(0xa3, sequence(isAuthority))]),
  );
  const signature = sequence(anyNumber(), anyNumber());
  return sequence(content, ecdsaWithSha256, tagged(0x03, Buffer.from([0]), signature));
}

/** Below the order of the curve, with the highest bits that it may have. */
function anyNumber(): Buffer {
  return integer(BigInt(`0x1${randomBytes(70).toString('hex')}`));
}

function nameOf(serial: number): Buffer {
  const text = tagged(0x0c, Buffer.from(String(serial)));
  return sequence(tagged(0x31, sequence(commonName, text)));
}
