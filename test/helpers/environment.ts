import { afterEach, beforeEach } from '@jest/globals';

/** Each test begins with an environment that says nothing of proxies, certificates and Node; what it sets ends with it. */
export function ownEnvironment(): void {
  const env = { ...process.env };
  beforeEach(() => {
    for (const name of Object.keys(process.env)) if (/_proxy$|^NODE_|^SSL_/i.test(name)) delete process.env[name];
  });
  afterEach(() => {
    process.env = { ...env };
  });
}
