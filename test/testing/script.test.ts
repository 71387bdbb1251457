import { expect, test } from '@jest/globals';
import { pathOf } from '../../src/testing/script.js';

test.each([
  ['https://api.test/users?page=2', '/users?page=2'],
  ['https://api.test?page=2', '/?page=2'],
  ['web+app2.x-y://api.test/users', '/users'],
  ['//api.test/users', '/users'],
  ['/users', '/users'],
  ['users', '/users'],
  ['/login?to=https://api.test/users', '/login?to=https://api.test/users'],
  ['x/y://z', '/x/y://z'],
])('the path of %s is %s', (url, path) => {
  expect(pathOf(url)).toBe(path);
});
