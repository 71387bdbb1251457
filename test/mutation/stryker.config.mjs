/** What a mutant meets: the tests of its folder, and for what only a whole call shows, the quick ones on real sockets. */
const TESTS = {
  retry: ['retry/*'],
  guard: ['guard/*'],
  policy: ['policy/*'],
  call: [
    'call/*',
    'attach',
    'integration/{bodies,connecting,cool-down,fallback,hedging,held-bodies,observing,other-retries,overrides,retries,steering}',
    'integration/conformance/{attempts,transport}',
  ],
};

const asked = process.argv.join(' ');
const named = Object.keys(TESTS).filter((folder) => asked.includes(`src/${folder}/`));
const folders = named.length ? named : Object.keys(TESTS);

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: folders.map((folder) => `src/${folder}/*.ts`),
  plugins: ['@stryker-mutator/jest-runner'],
  testRunner: 'jest',
  coverageAnalysis: 'perTest',
  jest: {
    configFile: 'jest.config.ts',
    enableFindRelatedTests: false,
    config: {
      roots: ['<rootDir>/src', '<rootDir>/test'],
      testMatch: folders.flatMap((folder) => TESTS[folder].map((tests) => `<rootDir>/test/${tests}.test.ts`)),
      testTimeout: 5_000,
      testEnvironment: './test/mutation/environment.cjs',
      runner: '<rootDir>/test/mutation/runner.mjs',
    },
  },
  ignorePatterns: ['.stryker-tmp', 'api', 'biome.json', 'coverage', 'dist', 'docs', 'examples'],
  // There is nothing in it to rewrite for the sandbox, for which a TypeScript with an API would be needed.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  cleanTempDir: 'always',
  concurrency: 1,
  // Each run in it leaves its modules behind.
  maxTestRunnerReuse: 80,
  timeoutMS: 5_000,
  reporters: ['clear-text', 'json', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
};
