// Run as a process of its own, with a low `ulimit -n`: opens files until there is no more, then sends a request through
// each adapter, and prints what is diagnosed.
import fs from 'node:fs';
import http from 'node:http';
import { diagnose } from '../../src/diagnose/diagnose.js';
import { rejection } from './settled.js';

const { default: axios } = (await import(process.env.AXIOS || 'axios')) as typeof import('axios');
const server = http.createServer((_req, res) => res.end('ok'));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
const send = (adapter: string) => axios({ url, adapter, proxy: false, headers: { connection: 'close' } });

// What is loaded on first use needs files, too.
for (const adapter of ['http', 'fetch']) await send(adapter);

const files: number[] = [];
try {
  for (;;) files.push(fs.openSync('/dev/null', 'r'));
} catch {
  // The limit.
}
const found = [];
for (const adapter of ['http', 'fetch']) found.push({ adapter, ...diagnose(await rejection(send(adapter))) });
for (const file of files) fs.closeSync(file);
console.log(JSON.stringify(found));
process.exit();
