import { isIP } from 'node:net';
import axios from 'axios';
import { isLoopback, originAt, type Place, placeAt } from '../diagnose/place.js';
import { type EnvironmentProxy, environmentProxy, flawOf } from '../diagnose/proxy.js';
import { failure } from './failure.js';
import type { Journey, Note, Seen, Step } from './step.js';

/** Which proxy axios would use, by the environment. */
export const proxy: Step = {
  name: 'proxy',
  look(journey) {
    const { target, clean } = journey;
    const found = environmentProxy(target);
    if (!found) {
      const none = `none: neither ${target.scheme.toUpperCase()}_PROXY nor ALL_PROXY is set`;
      return { lines: [none], notes: contradictions(clean), facts: { proxy: null } };
    }
    if (found.bypass !== undefined) {
      const bypass = clean(found.bypass);
      return {
        lines: [`not used: ${found.variable} is set, but NO_PROXY has ${bypass}`],
        notes: contradictions(clean),
        facts: { proxy: null, variable: found.variable, bypass },
      };
    }
    return taken(journey, found);
  },
};

function taken(journey: Journey, { variable, url }: EnvironmentProxy): Seen {
  const { target, clean } = journey;
  const place = placeAt(url);
  const flaw = flawOf(variable, place);
  if (!place || flaw) return unusable(journey, clean(`${flaw}`));
  const name = clean(originAt(place));
  const { username, password } = new URL(url);
  const auth = username ? { username: decoded(username), password: decoded(password) } : undefined;
  if (auth) journey.secrets.add(basic(auth), auth.password);
  journey.proxy = { place, auth };
  const way = `${name}, by ${variable}${auth ? ', with a user name and password' : ''}`;
  return {
    lines: [way, ...(isIP(target.host) ? [] : [clean(`the proxy looks ${target.host} up, not this machine`)])],
    notes: [...contradictions(clean), ...traps(variable, place, target)],
    facts: { proxy: name, variable },
  };
}

function traps(variable: string, place: Place, target: Place): Note[] {
  const bare = !process.env[variable]?.includes('://');
  const [major = 0, minor = 0] = axios.VERSION.split('.').map(Number);
  return [
    bare &&
      place.scheme === 'https' &&
      `${variable} has no scheme, so that axios speaks TLS to the proxy: write http:// before it if it should not.`,
    isLoopback(target.host) && 'The URL is of this machine, yet the proxy is asked for it: NO_PROXY should name it.',
    target.scheme === 'https' &&
      major === 1 &&
      minor < 16 &&
      `axios ${axios.VERSION} opens no tunnel for https through a proxy, as is done here: that needs axios 1.16.`,
  ];
}

/** One variable in two spellings, of which the lower-case one wins. */
function contradictions(clean: (text: string) => string): Note[] {
  return ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].map((name) => {
    const upperName = name.toUpperCase();
    const [lower, upper] = [process.env[name], process.env[upperName]];
    const differ = lower && upper && lower !== upper;
    return differ ? clean(`${name} and ${upperName} are set, and differ: axios takes ${name}.`) : undefined;
  });
}

function unusable(journey: Journey, message: string): Seen {
  return { lines: [message], error: failure(journey, new Error(message), { code: 'ERR_PROXY_UNUSABLE' }) };
}

/** What stands for a user name and a password in a header field. */
export const basic = ({ username, password }: { username: string; password: string }): string =>
  Buffer.from(`${username}:${password}`).toString('base64');

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
