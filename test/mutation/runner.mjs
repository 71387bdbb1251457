import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import TestRunner from 'jest-runner';

/**
 * Runs test files one by one, the quickest first, until one of them notices the mutant. Files without a test that meets
 * the mutant are not even loaded. Which tests a file has, and how long it takes, is noted in the run without a mutant.
 */
export default class extends TestRunner {
  async runTests(tests, watcher, options) {
    const notes = join(tests[0]?.context.config.rootDir ?? '.', 'test-files.json');
    const mutated = Boolean(process.env.__STRYKER_ACTIVE_MUTANT__);
    const known = mutated ? JSON.parse(readFileSync(notes, 'utf8')) : {};
    const pattern = new RegExp(this._globalConfig.testNamePattern ?? '', 'i');
    const meets = ({ path }) => !mutated || known[path].titles.some((title) => pattern.test(title));
    const inOrder = tests.filter(meets).sort((a, b) => (known[a.path]?.ms ?? 0) - (known[b.path]?.ms ?? 0));
    let noticed = false;
    this.on('test-file-success', ([{ path }, { testResults, numFailingTests, testExecError, perfStats }]) => {
      noticed ||= numFailingTests > 0 || testExecError !== undefined;
      known[path] ??= { titles: testResults.map(({ fullName }) => fullName), ms: perfStats.end - perfStats.start };
    });
    this.on('test-file-failure', () => {
      noticed = true;
    });
    for (const test of inOrder) {
      await super.runTests([test], watcher, options);
      if (mutated && noticed) return;
    }
    if (!mutated) writeFileSync(notes, JSON.stringify(known));
  }
}
