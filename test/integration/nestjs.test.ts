import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HttpModule, HttpService } from '@nestjs/axios';
import { NestFactory } from '@nestjs/core';
import axios from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { firstValueFrom } from 'rxjs';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { rejection, sleep } from '../helpers/settled.js';

const NOW = { backoff: () => 0 };

// @nestjs/axios is CommonJS: seen from an ES module, its AxiosInstance is one type and axios's own another.
const service = () => new HttpService(axios.create() as never);

describe('HttpService of @nestjs/axios', () => {
  let server: FlakyServer;

  beforeEach(async () => {
    server = await flakyServer();
  });
  afterEach(() => server.close());

  test('its axiosRef is attached like any instance, and what it observes is the final answer', async () => {
    server.script(503, 'reset', 200);
    const http = service();
    const { stats } = attachResilience(http.axiosRef, { retry: NOW });
    const seen: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      http.get(`${server.url}/`).subscribe({ next: ({ data }) => seen.push(data), error: reject, complete: resolve });
    });
    expect(seen).toEqual([{ hit: 3 }]);
    expect(stats()).toMatchObject({ calls: 1, attempts: 3, successes: 1 });
  });

  test('a module hands the same attached instance to all who inject it', async () => {
    server.script(503, 200);
    const app = await NestFactory.createApplicationContext(HttpModule.register({ baseURL: server.url }), {
      logger: false,
    });
    attachResilience(app.get(HttpService).axiosRef, { retry: NOW });
    const response = await firstValueFrom(app.get(HttpService).get('/'));
    expect(response.data).toEqual({ hit: 2 });
    expect(reportOf(response)).toMatchObject({ ended: 'success', retries: 1 });
    await app.close();
  });

  test('an error is the last one, told once', async () => {
    server.script(503);
    const http = service();
    attachResilience(http.axiosRef, { retry: { ...NOW, maxRetries: 2 } });
    const error = await rejection(firstValueFrom(http.get(`${server.url}/`)));
    expect(error).toMatchObject({ isAxiosError: true, response: { status: 503 } });
    expect(reportOf(error)).toMatchObject({ ended: 'max-retries', retries: 2 });
  });

  test('to unsubscribe is to cancel, also in a wait', async () => {
    server.script(503, 200);
    const http = service();
    const { stats } = attachResilience(http.axiosRef, { retry: { backoff: () => 60 } });
    const subscription = http.get(`${server.url}/`).subscribe({ error: () => {} });
    await sleep(30);
    subscription.unsubscribe();
    await sleep(80);
    expect(server.hits).toHaveLength(1);
    expect(stats()).toMatchObject({ calls: 1, canceled: 1, inFlight: 0 });
  });
});
