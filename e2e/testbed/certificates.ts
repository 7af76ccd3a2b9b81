/** Certificates for hosts that talk TLS to each other, made with GnuTLS's own tool: the one that reads them is GnuTLS, too. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { outputOf } from './command.ts';

/** Folders of one host's certificates, in the names that those who read them want. */
export interface HostCertificates {
  /** `ca-cert.pem`, `server-cert.pem`, …: QEMU's. */
  readonly qemu: string;
  /** `cacert.pem`, `clientcert.pem`, `clientkey.pem`: libvirt's clients', as `pkipath` of an URI. */
  readonly client: string;
}

export interface Authority {
  /** Certificates of a host, server and client in one, in a folder of its own. */
  readonly issue: (hostname: string, address: string, dir: string) => Promise<HostCertificates>;
}

/** RSA: with ECDSA libvirtd misses the right to encipher keys. */
const KEY = ['--key-type=rsa', '--bits=2048'] as const;

/** An authority of its own in `dir`. */
export async function makeAuthority(dir: string): Promise<Authority> {
  await mkdir(dir, { recursive: true });
  const key = join(dir, 'ca-key.pem');
  const certificate = join(dir, 'ca-cert.pem');
  const template = join(dir, 'ca.template');
  await writeFile(template, 'cn = "Authority of the testbed"\nca\ncert_signing_key\nexpiration_days = 30\n');
  await certtool('--generate-privkey', ...KEY, '--outfile', key);
  await certtool('--generate-self-signed', '--load-privkey', key, '--template', template, '--outfile', certificate);
  return { issue: (hostname, address, own) => issue({ key, certificate }, hostname, address, own) };
}

async function issue(
  authority: { readonly key: string; readonly certificate: string },
  hostname: string,
  address: string,
  qemu: string,
): Promise<HostCertificates> {
  const client = join(qemu, 'client');
  await mkdir(client, { recursive: true });
  const template = join(qemu, 'template');
  const uses = ['tls_www_server', 'tls_www_client', 'signing_key', 'encryption_key'].join('\n');
  await writeFile(
    template,
    `cn = "${hostname}"\ndns_name = "${hostname}"\nip_address = "${address}"\n${uses}\nexpiration_days = 30\n`,
  );
  const key = join(qemu, 'server-key.pem');
  const certificate = join(qemu, 'server-cert.pem');
  await certtool('--generate-privkey', ...KEY, '--outfile', key);
  const signer = ['--load-ca-certificate', authority.certificate, '--load-ca-privkey', authority.key];
  const own = ['--load-privkey', key, '--template', template, '--outfile', certificate];
  await certtool('--generate-certificate', ...signer, ...own);
  await copyFile(authority.certificate, join(qemu, 'ca-cert.pem'));
  await copyFile(certificate, join(qemu, 'client-cert.pem'));
  await copyFile(key, join(qemu, 'client-key.pem'));
  await copyFile(authority.certificate, join(client, 'cacert.pem'));
  await copyFile(certificate, join(client, 'clientcert.pem'));
  await copyFile(key, join(client, 'clientkey.pem'));
  return { qemu, client };
}

const certtool = (...args: string[]) => outputOf('certtool', args);
