export const HELP = `Usage: axios-resilience diagnose URL [options]

Goes the way of a request step by step (URL, proxy, DNS, TCP, TLS, HTTP, keep-alive, rate limits), then says
what is wrong and what to do next. One request is sent; no redirect is followed.

Options:
  --timeout MS             time for each step, 5000 unless given
  --header 'Name: value'   sent along, to this origin only and never shown; may be repeated
  --method METHOD          GET (unless given), HEAD or OPTIONS
  --json                   one JSON document instead of text
  -h, --help               this text
  -v, --version            the version of axios-resilience

Exit codes:
  0    healthy: answered, and not with an error
  1    answered, but the answer is a problem: 4xx, 5xx, cut off, stalled, a redirect that leads nowhere
  2    not answered: name, proxy, connection, TLS, or no answer in time
  64   the command line cannot be followed
  70   an error of this program's own
  74   the output cannot be written
  130  interrupted

Environment: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS, NO_COLOR
`;
