/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

// The suite also runs against other versions of what it depends on: AXIOS=axios-oldest COCKATIEL=cockatiel-next.
const { AXIOS, COCKATIEL } = process.env;

const config: Config = {
  testEnvironment: 'node',
  // Much of the suite waits on real sockets, which leaves cores idle.
  maxWorkers: 4,
  // For tests that hang, not for those that are slow on a busy machine: what may take how long, each test says itself.
  testTimeout: 20_000,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '\\.[cm]?[jt]s$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          transform: { useDefineForClassFields: false },
          target: 'es2022',
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // cockatiel 4 is ESM only, and so are parts of msw: they have to be compiled before Jest can require them.
  transformIgnorePatterns: [
    '/node_modules/(?!(cockatiel-next|rettime|until-async|msw/node_modules|@open-draft)/)',
    '<rootDir>/dist/',
  ],
  moduleNameMapper: {
    ...(AXIOS && { '^axios$': AXIOS }),
    ...(COCKATIEL && { '^cockatiel$': COCKATIEL }),
    '^axios-resilience$': '<rootDir>/src/index.ts',
    '^axios-resilience/(testing|opentelemetry|diagnostics-channel|migrate)$': '<rootDir>/src/$1.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // Where mutants live while they are tested.
  modulePathIgnorePatterns: ['<rootDir>/.stryker-tmp/'],
  collectCoverageFrom: ['src/**/*.ts'],
};

export default config;
