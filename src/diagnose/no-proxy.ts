import { bare, isLoopback, type Place } from './place.js';

/** The entry of a NO_PROXY list by which the newest axios goes to `place` without a proxy, if there is one. */
export function bypassOf(list: string, place: Place): string | undefined {
  return list.split(/[\s,]+/).find((entry) => entry && matches(entry.toLowerCase(), place));
}

function matches(entry: string, place: Place): boolean {
  const host = canonical(place.host);
  const [, network, prefix] = /^(.+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (network) return isWithin(addressOf(host), addressOf(canonical(bare(network))), Number(prefix));
  const [, name = entry, port] = /^(\[.+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
  if (Number(port) && Number(port) !== place.port) return false;
  if (/^[*.]/.test(name)) return host.endsWith(name.replace(/^\*/, ''));
  const listed = canonical(bare(name));
  return host === listed || (isLoopback(host) && isLoopback(listed));
}

/** As URLs have it: lower case, punycode, addresses in their usual form, and IPv4 that is mapped into IPv6 as IPv4. */
function canonical(host: string): string {
  const url = `http://${host.includes(':') ? `[${host}]` : host}`;
  const name = URL.canParse(url) ? bare(new URL(url).hostname).replace(/\.+$/, '') : host;
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(name) ?? [];
  if (!high || !low) return name;
  const value = Number.parseInt(high, 16) * 0x1_0000 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/** The groups of an address, most significant first: four of 8 bits, or eight of 16. */
function addressOf(host: string): readonly number[] | undefined {
  if (/^\d+(\.\d+){3}$/.test(host)) return host.split('.').map(Number);
  if (!host.includes(':')) return undefined;
  const [head = '', tail = ''] = host.split('::');
  const [front, back] = [head, tail].map((part) => part.split(':').filter(Boolean)) as [string[], string[]];
  const gap = Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return [...front, ...gap, ...back].map((group) => Number.parseInt(group, 16));
}

function isWithin(
  address: readonly number[] | undefined,
  network: readonly number[] | undefined,
  prefix: number,
): boolean {
  if (!address || address.length !== network?.length) return false;
  const bits = address.length === 4 ? 8 : 16;
  if (prefix > address.length * bits) return false;
  return address.every((group, i) => {
    const free = Math.min(bits, Math.max(0, (i + 1) * bits - prefix));
    return group >>> free === (network[i] ?? 0) >>> free;
  });
}
