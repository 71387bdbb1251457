import { expect, test } from '@jest/globals';
import { Line } from '../../src/guard/line.js';

const waiter = (name: string, refusal?: string) => ({ serve: () => name, refusal: () => refusal });

test('serves in the order of joining, each once', async () => {
  const line = new Line<string>();
  const places = ['a', 'b', 'c'].map((name) => line.join(waiter(name)));
  const ended: string[] = [];
  for (const { result } of places) void result.then((name) => ended.push(name));
  line.serveNext();
  line.serveNext();
  await Promise.resolve();
  await Promise.resolve();
  expect(ended).toEqual(['a', 'b']);
  expect(line.size).toBe(1);
});

test('whoever leaves is gone at once, is never served, and holds nobody up', async () => {
  const line = new Line<string>();
  const places = ['a', 'b', 'c'].map((name) => line.join(waiter(name)));
  places[0]?.leave('left');
  places[1]?.leave('left too');
  expect(line.size).toBe(1);
  line.serveNext();
  places[2]?.leave('too late');
  expect(await Promise.all(places.map(({ result }) => result))).toEqual(['left', 'left too', 'c']);
});

test('a flush lets those go who may not go on, and leaves the others in their order', async () => {
  const line = new Line<string>();
  const places = [waiter('a'), waiter('b', 'no b'), waiter('c')].map((one) => line.join(one));
  line.flush();
  expect(line.size).toBe(2);
  line.serveNext();
  line.serveNext();
  expect(await Promise.all(places.map(({ result }) => result))).toEqual(['a', 'no b', 'c']);
});

test('a thousand who leave from the middle of ten thousand cost no more than themselves', async () => {
  const line = new Line<string>();
  const places = Array.from({ length: 10_000 }, (_, i) => line.join(waiter(String(i))));
  for (const place of places.slice(4_000, 5_000)) place.leave('left');
  expect(line.size).toBe(9_000);
  for (let i = 0; i < 9_000; i++) line.serveNext();
  const results = await Promise.all(places.map(({ result }) => result));
  expect(results.filter((result) => result === 'left')).toHaveLength(1_000);
  expect(results[4_999]).toBe('left');
  expect(results[5_000]).toBe('5000');
});

test('says when the last who waited has left, and not when they were served or refused', () => {
  let deserted = 0;
  const line = new Line<string>(() => deserted++);
  const [a, b] = [line.join(waiter('a')), line.join(waiter('b', 'no b'))];
  a.leave('left');
  expect(deserted).toBe(0);
  line.flush();
  b.leave('too late');
  expect(deserted).toBe(0);
  line.join(waiter('c')).leave('left');
  expect(deserted).toBe(1);
});
