import { describe, expect, test } from '@jest/globals';
import { command } from '../helpers/command.js';

const bad = async (...args: string[]) => {
  const { code, out, err } = await command(args);
  expect({ code, out }).toEqual({ code: 64, out: '' });
  expect(err).toMatch(/^axios-resilience: .+\nSee: axios-resilience --help\n$/);
  return err;
};

describe('a command line that cannot be followed ends with 64, and says why', () => {
  test.each<[string, string[], string]>([
    ['nothing', [], 'a command is missing: diagnose'],
    ['another command', ['diagnos', 'http://a.test'], 'there is no command "diagnos": the only one is diagnose'],
    ['no URL', ['diagnose'], 'the URL is missing'],
    ['an empty URL', ['diagnose', ''], 'the URL must be a whole one, with http:// or https://, got ""'],
    ['two URLs', ['diagnose', 'http://a.test', 'http://b.test'], 'one URL at a time, got 2'],
    ['a path', ['diagnose', '/users'], 'with http:// or https://, got "/users"'],
    ['no scheme', ['diagnose', 'localhost:3000'], 'got "localhost:3000"; did you mean http://localhost:3000?'],
    ['another scheme', ['diagnose', 'ftp://a.test/'], 'with http:// or https://, got "ftp://a.test/"'],
    ['a URL of a script', ['diagnose', 'javascript:alert(1)'], 'with http:// or https://'],
    ['a bad port', ['diagnose', 'http://a.test:99999/'], 'the URL has no host, or a host or port that'],
    [
      'no host',
      ['diagnose', 'HTTPS://'],
      'the URL has no host, or a host or port that no URL can have, got "HTTPS://"',
    ],
    ['an unknown option', ['diagnose', 'http://a.test', '--jsn'], "Unknown option '--jsn'"],
    [
      'a value where none belongs',
      ['diagnose', 'http://a.test', '--json=1'],
      "Option '--json' does not take an argument",
    ],
    [
      'no value where one belongs',
      ['diagnose', 'http://a.test', '--timeout'],
      "Option '--timeout <value>' argument missing",
    ],
    ['a timeout of 0', ['diagnose', 'http://a.test', '--timeout', '0'], '--timeout must be a whole number'],
    [
      'a timeout with a unit',
      ['diagnose', 'http://a.test', '--timeout', '5s'],
      'milliseconds from 1 to 2147483647, got "5s"',
    ],
    ['a timeout past what timers keep', ['diagnose', 'http://a.test', '--timeout', '2147483648'], 'got "2147483648"'],
    ['a negative timeout', ['diagnose', 'http://a.test', '--timeout=-1'], 'got "-1"'],
    [
      'a method that does something',
      ['diagnose', 'http://a.test', '--method', 'delete'],
      'which change nothing, got "delete"',
    ],
    ['a header without a colon', ['diagnose', 'http://a.test', '--header', 'X'], "--header must be 'Name: value'"],
    ['a header without a name', ['diagnose', 'http://a.test', '--header', ': x'], "--header must be 'Name: value'"],
    [
      'a header name with a space',
      ['diagnose', 'http://a.test', '--header', 'X Y: x'],
      '"X Y" has a name that HTTP does not',
    ],
    ['a header of the framing', ['diagnose', 'http://a.test', '--header', 'content-length: 5'], 'cannot be given'],
    ['a header of the proxy', ['diagnose', 'http://a.test', '--header', 'Proxy-Authorization: x'], 'cannot be given'],
    ['a header twice', ['diagnose', 'http://a.test', '--header', 'X: 1', '--header', 'x: 2'], '"x" is given twice'],
  ])('%s', async (_name, args, message) => expect(await bad(...args)).toContain(message));

  test.each(['\r\nX-Evil: 1', '\n', '\0', '\u001B[2J', '\u2028'])(
    'a header with %j in its value, which is not shown',
    async (end) => {
      const err = await bad('diagnose', 'http://a.test', '--header', `Authorization: hunter22${end}x`);
      expect(err).toContain('the header "Authorization" has a line break or another character in its value');
      expect(err).not.toContain('hunter22');
    },
  );

  test.each([
    'http://user:hunter22@a.test/',
    'http://hunter22@a.test/',
    'ftp://user:hunter22@a.test/',
    'user:hunter22@a.test/',
  ])('credentials in the URL, which are not shown: %s', async (url) =>
    expect(await bad('diagnose', url)).not.toMatch(/hunter22/),
  );

  test('control characters in what is quoted do not reach the terminal', async () => {
    for (const junk of [
      '\u001B[2J\u0007',
      '--\u001B]0;x\u0007',
      '\u009B31m',
      '\u202Etxt',
      `${'x y'.repeat(50_000)}\n\n`,
    ]) {
      for (const args of [[junk], ['diagnose', junk], ['diagnose', 'http://a.test', '--header', `${junk}: x`]]) {
        const err = await bad(...args);
        expect(err.replace(/\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(err.length).toBeLessThan(500);
      }
    }
  });
});

describe('what needs no URL', () => {
  test('--help tells the options and every exit code', async () => {
    for (const flag of ['--help', '-h']) {
      const { code, out, err } = await command([flag]);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      for (const word of ['--timeout', '--header', '--method', '--json', ' 0 ', ' 1 ', ' 2 ', '64', '70', '74', '130'])
        expect(out).toContain(word);
    }
  });

  test('--version', async () => {
    expect(await command(['--version'])).toEqual({ code: 0, out: '1.2.3\n', err: '' });
    expect(await command(['-v'])).toMatchObject({ code: 0, out: '1.2.3\n' });
  });
});

test('an error of its own ends with 70, and shows no secret', async () => {
  const broken = {
    name: 'broken',
    look: () => {
      throw new Error('no such thing: Bearer hunter22');
    },
  };
  const { code, err } = await command(
    ['diagnose', 'http://a.test', '--header', 'Authorization: Bearer hunter22'],
    [broken],
  );
  expect(code).toBe(70);
  expect(err).toBe('axios-resilience: an error of its own, which should be reported: no such thing: REDACTED\n');
});
