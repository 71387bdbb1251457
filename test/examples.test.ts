import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

/** A line of each example that it can only print if what it shows is true. */
const TELLING: Readonly<Record<string, RegExp>> = {
  '01-first-request.ts': /^the caller got 200, the server 3 requests: success$/m,
  '02-per-request.ts': /^POST, which is not sent twice: requests = 1$/m,
  '03-post-with-idempotency-key.ts': /^with a key: 2 requests, 1 key, status 201$/m,
  '04-retry-after.ts': /^asked to wait 1 s, waited 1\.[012] s, got 200$/m,
  '05-deadline.ts': /^ERR_DEADLINE_EXCEEDED: 500 ms were over in retry 1$/m,
  '06-circuit-breaker.ts': /^5 calls, 3 requests; .*\ncircuit: open → half-open\ncircuit: half-open → closed$/m,
  '07-bulkhead.ts': /^the server had at most 2 requests at a time$/m,
  '08-structured-logging.ts': /"url\.full":"[^"]+\?token=REDACTED".*"resilience\.attempts":2/,
  '09-refresh-token.ts': /^attempts: 401,200\nattempts: 401,200\nattempts: 200\nrefreshes: 1$/m,
  '10-cancellation.ts': /^canceled after [23]00 ms and 1 request$/m,
  '11-testing-a-policy.ts': /^3 requests, waits of 50 and 20500 ms\n20550 ms passed, 0 timers are left\n.*: true$/m,
  '12-presets-and-rules.ts':
    /^GET \/users: requests = 3\nPOST \/orders: requests = 1\nPOST \/search: requests = 3\nGET .*: requests = 1$/m,
  '13-hedging.ts': /^no hedge: 2 slow calls, 20 requests\nhedge after 200 ms: 0 slow calls, 2[2-4] requests$/m,
  '14-stale-answer.ts':
    /EUR: a fresh answer \(success\)\n.*EUR: a stale answer \(max-retries\)\n.*USD: .* 503 \(max-retries\)\npost .* 503 \(method-not-allowed\)$/m,
  '15-upload.ts': /^a stream: 1 request, body-not-replayable\nmade anew: 2 requests with the whole file, status 201$/m,
  '16-download.ts': /^call 1: 200, 50 % is there\ncall 2: 206, 100 % is there\n4 requests, and the file is whole$/m,
  '17-nestjs.ts': /^status 200: 1 call, 2 attempts$/m,
};

const numbered = readdirSync('examples').filter((name) => /^\d\d-/.test(name));

test('every example is run, and named in the index', () => {
  const index = readFileSync('examples/README.md', 'utf8');
  expect(numbered).toEqual(Object.keys(TELLING));
  expect(numbered.filter((name) => !index.includes(`](${name})`))).toEqual([]);
});

describe.each(numbered)('examples/%s', (name) => {
  test('exits 0 and prints what it proves', async () => {
    const { code, output } = await run(`examples/${name}`);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(TELLING[name] as RegExp) });
  }, 30_000);
});

/** Everything a script prints, and how it ends. */
function run(script: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', script], { timeout: 20_000 });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject).on('close', (code) => resolve({ code, output }));
  });
}
