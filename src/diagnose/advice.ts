import { ANSWER_FINDINGS } from './answer-advice.js';
import { CONNECTION_FINDINGS } from './connection-advice.js';
import type { Diagnosis, FailureCause } from './diagnosis.js';
import type { Evidence } from './evidence.js';
import type { Findings } from './finding.js';
import { PROXY_FINDINGS } from './proxy-advice.js';
import { SOCKET_FINDINGS } from './socket-advice.js';
import { TLS_FINDINGS } from './tls-advice.js';
import { URL_FINDINGS } from './url-advice.js';

const FINDINGS: Findings = {
  ...URL_FINDINGS,
  ...CONNECTION_FINDINGS,
  ...PROXY_FINDINGS,
  ...TLS_FINDINGS,
  ...ANSWER_FINDINGS,
};

const NO_SOCKETS =
  "fetch knows no Unix sockets, and goes to the host of the URL: take `adapter: 'http'`, or a dispatcher of undici’s that connects to it.";
const OTHERS = 'Other calls failed as well, of which nothing is told here: diagnose each of `errors`.';

/** What a cause means in this case, and what to do about it. `inner` is the diagnosis of what a refusal was caused by. */
export function advise(cause: FailureCause, evidence: Evidence, inner?: Diagnosis): Omit<Diagnosis, 'cause'> {
  const find = (evidence.socketPath && SOCKET_FINDINGS[cause]) || FINDINGS[cause];
  const { transient, summary, advice } = find(evidence, inner);
  const all = [
    evidence.missesSocket && !inner?.advice.includes(NO_SOCKETS) && NO_SOCKETS,
    ...advice,
    evidence.hasOthers && OTHERS,
  ];
  return {
    transient,
    summary: summary.replace(/^the /, 'The '),
    advice: all.filter((line) => typeof line === 'string'),
  };
}
