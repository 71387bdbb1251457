import { accessSync, constants } from 'node:fs';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { wallClock } from '../base/clock.js';
import { failure } from './failure.js';
import { secured } from './secured.js';
import type { Journey, Step } from './step.js';

const DAY = 86_400_000;
/** Days. Automatic renewal mostly happens 30 days before the end: it should be done by now. */
const SOON = 14;
const LONGEST_CHAIN = 10;

export const tls: Step = {
  name: 'tls',
  applies: ({ target }) => target.scheme === 'https',
  async look(journey) {
    let seen: ReturnType<typeof describe> | undefined;
    let error: unknown;
    try {
      await secured(journey, journey.target, (certificate, socket) => {
        seen = describe(journey, certificate, socket);
      });
    } catch (cause) {
      error = failure(journey, cause);
    }
    const trust = ownTrust(journey.clean, error !== undefined);
    return {
      lines: [...(seen?.lines ?? ['no certificate was seen']), ...trust.lines],
      notes: [...trust.notes, !error && seen?.expiresSoon],
      facts: { ...seen?.facts, extraCa: trust.extraCa },
      ...(error !== undefined && { error }),
    };
  },
};

function describe({ clean }: Journey, certificate: DetailedPeerCertificate, socket: TLSSocket) {
  const chain = chainOf(certificate);
  const name = ({ subject, fingerprint256 }: DetailedPeerCertificate) =>
    clean(one(subject?.CN) || one(subject?.O) || fingerprint256 || 'no name');
  const last = chain.at(-1) ?? certificate;
  const issuer = one(last.issuer?.CN) || one(last.issuer?.O);
  const isWhole = last.fingerprint256 === last.issuerCertificate?.fingerprint256;
  const [from, to] = [iso(certificate.valid_from), iso(certificate.valid_to)];
  const days = to === null ? Number.NaN : Math.floor((Date.parse(to) - wallClock()) / DAY);
  const validity = `valid from ${from?.slice(0, 10)} to ${to?.slice(0, 10)}`;
  const left = days < 0 ? `expired ${countOf(-days)} ago` : `${countOf(days)} left`;
  const subjectAltName = clean(certificate.subjectaltname ?? '');
  return {
    lines: [
      `${socket.getProtocol()}, ${clean(socket.getCipher()?.standardName ?? '')}`,
      `certificate ${validity}, ${left}; for ${subjectAltName || 'no name'}`,
      `chain: ${chain.map(name).join(' ← ')}${isWhole ? '' : ` ← ${clean(issuer)}, which is neither sent nor known`}`,
    ],
    expiresSoon: days >= 0 && days < SOON && `The certificate expires in ${countOf(days)}: see that it is renewed.`,
    facts: {
      protocol: socket.getProtocol(),
      subject: name(certificate),
      subjectAltName,
      validFrom: from,
      validTo: to,
      daysLeft: Number.isNaN(days) ? null : days,
      chain: chain.map(name),
    },
  };
}

/** From the server's certificate to the root, which Node gives as its own issuer. */
function chainOf(certificate: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  for (
    let next = certificate;
    next && !chain.includes(next) && chain.length < LONGEST_CHAIN;
    next = next.issuerCertificate
  )
    chain.push(next);
  return chain;
}

/** What this process was told to trust besides Node's own roots. */
function ownTrust(clean: (text: string) => string, isMissed: boolean) {
  const file = process.env.NODE_EXTRA_CA_CERTS;
  const switches = `${process.env.NODE_OPTIONS ?? ''} ${process.execArgv.join(' ')}`;
  const [option] = /--use-(system|openssl)-ca/.exec(switches) ?? [];
  const notes = [
    !!file &&
      !isReadable(file) &&
      clean(`NODE_EXTRA_CA_CERTS names ${file}, which cannot be read: Node goes on without it.`),
    process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0' &&
      'NODE_TLS_REJECT_UNAUTHORIZED=0 is set: requests are sent to whoever answers. Take it out. Here it is not heeded.',
    isMissed &&
      !option &&
      !!(process.env.SSL_CERT_FILE || process.env.SSL_CERT_DIR) &&
      'SSL_CERT_FILE or SSL_CERT_DIR is set, but Node reads them with --use-openssl-ca only.',
  ];
  const own = [...(file ? [clean(`NODE_EXTRA_CA_CERTS=${file}`)] : []), ...(option ? [option] : [])];
  return { lines: own.length ? [`trusted as well: ${own.join(', ')}`] : [], notes, extraCa: file ? clean(file) : null };
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** A name may be given several times. */
const one = (value: string | string[] | undefined): string => (Array.isArray(value) ? value[0] : value) ?? '';

const countOf = (days: number): string => `${days} day${days === 1 ? '' : 's'}`;

const iso = (text: string): string | null => {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
};
