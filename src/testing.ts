export { type ScriptedAdapter, scriptedAdapter } from './testing/adapter.js';
export { type FakeClock, type FakeClockOptions, fakeClock, withFakeClock } from './testing/clock.js';
export { attemptsOf, waitsOf } from './testing/figures.js';
export { seededRandom } from './testing/random.js';
export type { Hit, ServerHit } from './testing/received.js';
export type { Answer, ErrorCode, Script, Step, Trouble } from './testing/script.js';
export { type ScriptedServer, scriptedServer } from './testing/server.js';
