const { TestEnvironment } = require('jest-environment-node');

/** Skips the rest of a file in which a mutant was noticed. */
module.exports = class extends TestEnvironment {
  #noticed = false;

  handleTestEvent(event) {
    if (!process.env.__STRYKER_ACTIVE_MUTANT__) return;
    if (event.name === 'test_done') this.#noticed ||= event.test.errors.length > 0;
    if (event.name === 'test_start' && this.#noticed) event.test.mode = 'skip';
  }
};
