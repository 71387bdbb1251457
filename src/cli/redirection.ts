import { AxiosError, type AxiosResponse } from 'axios';
import { redactedUrl } from '../base/url.js';
import { REDIRECTS } from '../diagnose/evidence.js';
import { configOf, failure, systemError } from './failure.js';
import type { Journey, Note, Seen } from './step.js';

/** Where a redirect leads: it is reported, and not followed. */
export function redirection(journey: Journey, response: AxiosResponse): Seen | undefined {
  if (!REDIRECTS.has(response.status)) return undefined;
  const from = journey.asked.url;
  const location = String(response.headers.location ?? '');
  // axios takes it for the answer.
  if (!location) {
    const cause = new Error('a redirect without Location');
    return { lines: ['no Location to be followed to'], error: failure(journey, cause, { response }) };
  }
  const to = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (!to || !/^https?:$/.test(to.protocol)) {
    const input = journey.clean(location);
    const message = to ? journey.clean(`Unsupported protocol ${to.protocol}`) : 'Invalid URL';
    const cause = systemError(message, { code: 'ERR_FR_REDIRECTION_FAILURE', input });
    return { lines: ['Location cannot be followed'], error: failure(journey, cause) };
  }
  const shown = journey.clean(redactedUrl({ ...configOf(journey), url: to.href }));
  const lines = [`redirected to ${shown}, not followed here`];
  const facts = { location: shown, sameOrigin: to.origin === from.origin };
  if (to.href.replace(/#.*$/s, '') === from.href.replace(/#.*$/s, '')) {
    const cause = new AxiosError('it leads to itself', 'ERR_FR_TOO_MANY_REDIRECTS');
    return { lines, facts, error: failure(journey, cause) };
  }
  return { lines, facts, notes: notesOn(from, to) };
}

function notesOn(from: URL, to: URL): Note[] {
  return [
    'axios follows the redirect: diagnose where it leads as well.',
    to.origin !== from.origin &&
      'It leads to another origin, to which newer versions of axios take neither Authorization nor Cookie along; older ones may.',
    from.protocol === 'https:' && to.protocol === 'http:' && 'It leads from https to http, which anybody can read.',
  ];
}
