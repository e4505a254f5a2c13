// Certificates made while the tests run, so that none expires in the repository.
import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

const day = 24 * 3_600_000;
const keyType = { modulusLength: 2_048 };

type Pair = { key: string; cert: string };
type Validity = { fromMs: number; untilMs: number };
type Holder = { name: string; publicKey: forge.pki.PublicKey; keyPem: string };

export type Authority = {
  /** To be trusted by the client. */
  ca: string;
  /** A certificate for these DNS names and IP addresses. */
  issue(hosts: readonly string[], validity?: Validity): Pair;
  selfSigned(hosts: readonly string[]): Pair;
};

const valid: Validity = { fromMs: -day, untilMs: day };

export function certificateAuthority(): Authority {
  const authority = holder('Test authority');
  const server = holder('Test server');
  return {
    ca: certificate(authority, { issuer: authority, hosts: [], isAuthority: true, ...valid }),
    issue: (hosts, validity = valid) => ({
      key: server.keyPem,
      cert: certificate(server, { issuer: authority, hosts, isAuthority: false, ...validity }),
    }),
    selfSigned: (hosts) => ({
      key: server.keyPem,
      cert: certificate(server, { issuer: server, hosts, isAuthority: false, ...valid }),
    }),
  };
}

function holder(name: string): Holder {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', keyType);
  return {
    name,
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: forge.pki.publicKeyFromPem(
      publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    ),
  };
}

type About = Validity & { issuer: Holder; hosts: readonly string[]; isAuthority: boolean };

let serial = 0;

function certificate(subject: Holder, about: About): string {
  const cert = forge.pki.createCertificate();
  serial += 1;
  cert.serialNumber = `01${serial.toString(16).padStart(4, '0')}`;
  cert.publicKey = subject.publicKey;
  cert.validity.notBefore = new Date(Date.now() + about.fromMs);
  cert.validity.notAfter = new Date(Date.now() + about.untilMs);
  cert.setSubject([{ name: 'commonName', value: subject.name }]);
  cert.setIssuer([{ name: 'commonName', value: about.issuer.name }]);
  cert.setExtensions([
    { name: 'basicConstraints', cA: about.isAuthority, critical: true },
    ...(about.hosts.length > 0
      ? [{ name: 'subjectAltName', altNames: about.hosts.map(altName) }]
      : []),
  ]);
  cert.sign(forge.pki.privateKeyFromPem(about.issuer.keyPem), forge.md.sha256.create());
  return forge.pki.certificateToPem(cert);
}

function altName(host: string): { type: number; value: string } | { type: number; ip: string } {
  const isAddress = /^[\d.]+$|:/.test(host);
  return isAddress ? { type: 7, ip: host } : { type: 2, value: host };
}
