/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: ['src/{retry,guard,policy,call}/**/*.ts'],
  plugins: ['@stryker-mutator/jest-runner'],
  testRunner: 'jest',
  coverageAnalysis: 'perTest',
  jest: {
    configFile: 'jest.config.ts',
    enableFindRelatedTests: false,
    config: {
      roots: ['<rootDir>/src', '<rootDir>/test'],
      testMatch: [
        '<rootDir>/test/{retry,guard,policy,call}/*.test.ts',
        '<rootDir>/test/attach.test.ts',
        '<rootDir>/test/properties/*.test.ts',
      ],
      testPathIgnorePatterns: ['/properties/(diagnose|junk|linear|parsers|url)'],
      testTimeout: 5_000,
      testEnvironment: './test/mutation/environment.cjs',
      setupFilesAfterEnv: ['<rootDir>/test/mutation/setup.ts'],
      runner: '<rootDir>/test/mutation/runner.mjs',
    },
  },
  ignorePatterns: ['.stryker-tmp', 'api', 'biome.json', 'coverage', 'dist', 'docs', 'examples'],
  // There is nothing in it to rewrite for the sandbox, for which a TypeScript with an API would be needed.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  concurrency: 1,
  // Each run in it leaves its modules behind.
  maxTestRunnerReuse: 80,
  timeoutMS: 5_000,
  reporters: ['clear-text', 'json', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
};
