import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateAuthority {
  /** What to trust. */
  readonly ca: string;
  /** A certificate for `name`, and for 127.0.0.1 unless it is for somebody else; valid by default. */
  issue(name: string, validity?: { from: string; to: string }): Certificate;
  /** One that vouches for itself. */
  selfSigned(name: string): Certificate;
  close(): void;
}

const CONFIG = `
[ca]
default_ca = test
[test]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = anything
unique_subject = no
[anything]
commonName = supplied
`;

/** An authority of the test's own, made with the openssl command. */
export function certificateAuthority(): CertificateAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  write('index.txt', '');
  write('serial', '01\n');
  write('openssl.cnf', CONFIG);
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test CA');
  return {
    ca: read('ca.pem'),
    issue(name, { from, to } = { from: '20200101000000Z', to: '20491231235959Z' }) {
      write('names', `subjectAltName = DNS:${name}${name === 'localhost' ? ', IP:127.0.0.1' : ''}\n`);
      openssl('req', '-new', ...newKey, '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', `/CN=${name}`);
      const by = ['-config', 'openssl.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-extfile', 'names'];
      const dates = ['-startdate', from, '-enddate', to];
      openssl('ca', '-batch', '-notext', ...by, ...dates, '-in', 'leaf.csr', '-out', 'leaf.pem');
      return { cert: read('leaf.pem'), key: read('leaf.key') };
    },
    selfSigned(name) {
      const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
      openssl('req', '-x509', ...newKey, '-keyout', 'self.key', '-out', 'self.pem', '-days', '2', ...names);
      return { cert: read('self.pem'), key: read('self.key') };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
