import { CREDENTIAL_HEADERS } from '../base/http.js';
import { isLoopback } from '../diagnose/place.js';
import type { Journey, Note, Step } from './step.js';

export const url: Step = {
  name: 'url',
  look(journey) {
    const { scheme, host, port } = journey.target;
    return {
      lines: [journey.clean(`${scheme}, ${host}, port ${port}`)],
      notes: oddities(journey),
      facts: { scheme, host, port },
    };
  },
};

/** What is valid in a URL, but most likely not what was meant. */
function oddities({ asked, target }: Journey): Note[] {
  const { pathname, hostname, search } = asked.url;
  const names = asked.headers.map(([name]) => name.toLowerCase());
  const credentials = CREDENTIAL_HEADERS.filter((name) => names.includes(name.toLowerCase()));
  const swapped = { http: 443, https: 80 }[target.scheme] === target.port;
  return [
    /(^|[/=&?.-])(undefined|null|NaN|\[object%20Object\])([/=&.-]|$)/.test(`${hostname}${pathname}${search}`) &&
      'It holds "undefined", "null" or the like: a variable may not have been set where it was put together.',
    pathname.includes('//') && 'Its path has two slashes in a row: a base URL and a path may have been joined.',
    swapped && `Port ${target.port} mostly speaks ${target.scheme === 'http' ? 'https' : 'http'}.`,
    target.port === 0 && 'Nothing can listen on port 0: a variable may not have been set where it was put together.',
    /(^|\.)xn--/.test(hostname) && 'The name has letters beyond ASCII: see that none only looks like another.',
    credentials.length > 0 &&
      target.scheme === 'http' &&
      !isLoopback(target.host) &&
      `${credentials.join(' and ')} will go over the network in clear text.`,
  ];
}
