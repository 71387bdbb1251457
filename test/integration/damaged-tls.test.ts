import https from 'node:https';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import axios from 'axios';
import { attachResilience, diagnose, reportOf } from 'axios-resilience';
import { type CertificateAuthority, certificateAuthority } from '../helpers/certificates.js';
import { flakyServer } from '../helpers/flaky-server.js';
import { ownServers } from '../helpers/own-servers.js';
import { rejection } from '../helpers/settled.js';
import { type Tampered, tampered } from '../helpers/tampered.js';

const VERSIONS = ['TLSv1.3', 'TLSv1.2'] as const;

/** What a broken box, or lost bytes, make of a TLS record: each has a code of its own in OpenSSL, and another in 1.2. */
const record = (type: number, version: number, length: number) =>
  Buffer.from([type, version, 3, length >> 8, length & 255, ...Array(64).fill(7)]);
const DAMAGE = {
  'a record that does not decrypt': record(23, 3, 64),
  'a record that is too short': record(23, 3, 2),
  'a record of no type': record(99, 3, 64),
  'a record of no version': record(23, 9, 64),
  'a record that is too long': record(23, 3, 65_535),
  'plain text': Buffer.from('HTTP/1.1 502 Bad Gateway\r\n\r\n<html>busy'),
};

/** What TLS sends in one piece may be several records. */
function exceptLastRecord(sent: Buffer, instead: Buffer): Buffer {
  let at = 0;
  for (let next = 0; next < sent.length; next += 5 + sent.readUInt16BE(next + 3)) at = next;
  return Buffer.concat([sent.subarray(0, at), instead]);
}

const { listening } = ownServers();

let authority: CertificateAuthority;
beforeAll(() => {
  authority = certificateAuthority();
});
afterAll(() => authority.close());

describe.each(VERSIONS)('a connection over %s that is damaged', (maxVersion) => {
  let port: number;
  let between: Tampered;
  let hits: string[];
  let answer: (n: number, socket: TLSSocket) => { length: number; body: string } | undefined;

  beforeEach(async () => {
    hits = [];
    answer = () => ({ length: 2, body: 'ok' });
    const server = https
      .createServer({ ...authority.issue('localhost'), maxVersion }, (req, res) => {
        const given = answer(hits.push(req.method ?? ''), req.socket as TLSSocket);
        if (given) res.writeHead(200, { 'content-length': given.length }).write(given.body);
      })
      .on('tlsClientError', () => {});
    port = await listening(server);
  });
  afterEach(() => between.close());

  const spoil = async (from: 'client' | 'server', how: (bytes: Buffer, nth: number) => Buffer) => {
    between = await tampered(port, from, how);
  };
  const attached = (more = {}) => {
    const api = axios.create({
      baseURL: `https://localhost:${between.port}`,
      adapter: 'http',
      proxy: false,
      httpsAgent: new https.Agent({ ca: authority.ca, maxVersion }),
      ...more,
    });
    const { breakers } = attachResilience(api, { retry: { maxRetries: 2, backoff: () => 0 } });
    return { api, failures: () => breakers.get(`https://localhost:${between.port}`)?.window.failures };
  };
  const failuresOf = (settled: unknown) => reportOf(settled)?.attempts.map(({ failure }) => failure);

  describe.each(Object.entries(DAMAGE))('%s', (_, bytes) => {
    /** In the place of what the server sends once it has the request. */
    const answered = () => spoil('server', (sent) => (hits.length > 0 ? Buffer.concat([intact(sent), bytes]) : sent));
    let intact: (sent: Buffer) => Buffer;

    test.each([
      ['in the middle of the answer', { keep: true, cause: 'body-cut-off', maxRedirects: 5 }],
      ['in the middle of the answer, without follow-redirects', { keep: true, cause: 'body-cut-off', maxRedirects: 0 }],
      ['before the answer', { keep: false, cause: 'reset', maxRedirects: 5 }],
    ])('%s', async (_where, { keep, cause, maxRedirects }) => {
      intact = keep ? (sent) => sent : () => Buffer.alloc(0);
      answer = (n) => (n === 1 ? { length: 100, body: 'half' } : { length: 2, body: 'ok' });
      await answered();
      const { api, failures } = attached({ maxRedirects });
      const error = await rejection(api.post('/', 'x'));
      expect(reportOf(error)).toMatchObject({ ended: 'method-not-allowed', attempts: [{ failure: 'read' }] });
      expect(diagnose(error)).toMatchObject({ cause, transient: true });
      expect(failures()).toBe(1);
      expect(hits).toEqual(['POST']);
    });

    test('a GET is sent again', async () => {
      intact = (sent) => sent;
      answer = (n) => (n === 1 ? { length: 100, body: 'half' } : { length: 2, body: 'ok' });
      await answered();
      const response = await attached().api.get('/');
      expect(response.data).toBe('ok');
      expect(failuresOf(response)).toEqual(['read', undefined]);
      expect(hits).toEqual(['GET', 'GET']);
    });

    test('on the way there', async () => {
      // The hello of a client is long, too; the end of its handshake, which may come in one piece with the request, is not.
      await spoil('client', (sent, nth) => (nth > 1 && sent.length > 300 ? exceptLastRecord(sent, bytes) : sent));
      const response = await attached().api.get('/', { headers: { 'x-long': 'x'.repeat(300) } });
      expect(failuresOf(response)).toEqual(['read', undefined]);
      expect(hits).toEqual(['GET']);
      expect(between.connections).toBe(2);
    });
  });
});

describe('other trouble of TLS', () => {
  test('a handshake whose records are damaged is a connection that did not stand: nothing was sent', async () => {
    const server = https.createServer(authority.issue('localhost'), (_req, res) => res.end('ok'));
    // The last record of the server's handshake: all but its first are encrypted.
    const between = await tampered(await listening(server), 'server', (bytes, nth) => {
      if (nth === 1) bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
      return bytes;
    });
    const api = axios.create({ adapter: 'http', proxy: false, httpsAgent: new https.Agent({ ca: authority.ca }) });
    attachResilience(api, { retry: { maxRetries: 1, backoff: () => 0 } });
    const response = await api.post(`https://localhost:${between.port}/`, 'x');
    expect(reportOf(response)?.attempts).toMatchObject([{ failure: 'connect' }, { status: 200 }]);
    expect(between.connections).toBe(2);
    await between.close();
  });

  test('a server that wants a certificate says so once TLS stands: it is asked once', async () => {
    let connections = 0;
    const server = https
      .createServer({ ...authority.issue('localhost'), requestCert: true, ca: authority.ca }, (_req, res) => {
        res.end('ok');
      })
      .on('connection', () => connections++)
      .on('tlsClientError', () => {});
    const url = `https://localhost:${await listening(server)}/`;
    const api = axios.create({ adapter: 'http', proxy: false, httpsAgent: new https.Agent({ ca: authority.ca }) });
    attachResilience(api);
    const error = await rejection(api.get(url));
    expect(reportOf(error)).toMatchObject({ ended: 'not-retryable', attempts: [{ failure: 'tls' }] });
    expect(diagnose(error)).toMatchObject({ cause: 'tls-certificate', transient: false });
    expect(connections).toBe(1);
  });

  test('a port that speaks plain HTTP is asked once', async () => {
    let connections = 0;
    const server = await flakyServer();
    const between = await tampered(server.port, 'client', (bytes, nth) => {
      connections = nth;
      return bytes;
    });
    const api = axios.create({ adapter: 'http', proxy: false });
    attachResilience(api);
    const error = await rejection(api.get(`https://localhost:${between.port}/`));
    expect(reportOf(error)).toMatchObject({ ended: 'not-retryable', attempts: [{ failure: 'tls' }] });
    expect(diagnose(error)).toMatchObject({ cause: 'tls-protocol', transient: false });
    expect([connections, between.connections]).toEqual([1, 1]);
    await between.close();
    await server.close();
  });
});
