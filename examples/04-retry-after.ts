// A server that says when to come back is not asked before; one that says "tomorrow" is not waited for.
import axios from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';

await using server = await scriptedServer([{ status: 429, headers: { 'retry-after': '1' } }, 200]);
const api = axios.create({ baseURL: server.url });
attachResilience(api);

const response = await api.get('/search');
const waitedMs = reportOf(response)?.waitedMs ?? 0;
console.log(`asked to wait 1 s, waited ${(waitedMs / 1_000).toFixed(1)} s, got ${response.status}`);

server.script([{ status: 503, headers: { 'retry-after': '86400' } }]);
const error = await api.get('/search').catch((error: unknown) => error);
const report = reportOf(error);
console.log(`asked to wait a day, waited ${(report?.waitedMs ?? 0) / 1_000} s, gave up: ${report?.ended}`);
