// A pino logger as it is: one record for each thing worth knowing, with OpenTelemetry's names and no secrets.
import axios from 'axios';
import { attachResilience } from 'axios-resilience';
import { pino } from 'pino';
import { localServer } from './local-server.js';

const server = await localServer(503, 200);
const api = axios.create({ baseURL: server.url });
attachResilience(api, { logger: pino({ base: null, timestamp: false }) });

await api.get('/users', { params: { token: 'secret' } });
server.close();
