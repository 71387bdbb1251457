import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's by default; `CHROMIUM` names another. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Starts headless Chromium with an empty profile. Hosts that end in `.test` are this machine, but for `nowhere.test`. */
export async function launch(): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error(
      `no Chromium at ${executablePath}: install it (Debian: apt-get install chromium) or name another by CHROMIUM=/path/to/it`,
    );
  }
  return chromium.launch({
    executablePath,
    timeout: 60_000,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-proxy-server',
      '--host-resolver-rules=MAP nowhere.test ~NOTFOUND, MAP *.test 127.0.0.1',
    ],
  });
}
