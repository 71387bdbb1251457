import { MAX_LENGTH } from '../base/excerpt.js';
import { fieldsIn } from './message.js';
import { number, text } from './reading.js';

/** One error of the chain, reduced to what may be looked at. */
export interface Link {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly syscall: string;
  /** Where it failed: of a connection, or of a name that was looked up. */
  readonly address: string;
  readonly port: number;
  readonly hostname: string;
  /** The URL that could not be parsed. Holds secrets. */
  readonly input: string;
  /** That of a proxy, or of a URL, which does not fit how it was to be sent: `socks5:`. */
  readonly protocol: string;
  /** What came is not HTTP as the parser takes it; of `kind` `tls`, it is TLS. */
  readonly garbled: boolean;
}

const MISFIT = /^Protocol "([a-z\d+.-]+:)" not supported\. Expected /;

export function linkOf(link: unknown): Link {
  const message = typeof link === 'string' ? link.slice(0, MAX_LENGTH) : text(link, 'message');
  const code = text(link, 'code');
  const name = text(link, 'name');
  const garbled =
    /^(HPE_|UND_ERR_HEADERS_OVERFLOW)/.test(code) ||
    // The fetch of Node 24 and later gives such an error no code.
    name === 'HTTPParserError' ||
    // As undici says of a 100 or a 101 that nobody asked for.
    (code === 'UND_ERR_SOCKET' && /^bad (response|upgrade)$/.test(message));
  const fields = {
    name,
    message,
    code,
    syscall: text(link, 'syscall'),
    address: text(link, 'address') || (code ? text(link, 'host') : ''),
    port: number(link, 'port') || Number(text(link, 'port')) || 0,
    hostname: text(link, 'hostname'),
    input: text(link, 'input'),
    // As follow-redirects and Node tell it.
    protocol: (code === 'ERR_ASSERTION' && text(link, 'actual')) || (MISFIT.exec(message)?.[1] ?? ''),
    garbled,
  };
  return code ? fields : { ...fields, ...fieldsIn(message) };
}
