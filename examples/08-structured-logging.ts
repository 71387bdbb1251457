// A pino logger as it is: one record for each thing worth knowing, with OpenTelemetry's names and no secrets.
import axios from 'axios';
import { attachResilience } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';
import { pino } from 'pino';

await using server = await scriptedServer([503, 200]);
const api = axios.create({ baseURL: server.url });
attachResilience(api, { logger: pino({ base: null, timestamp: false }) });

await api.get('/users', { params: { token: 'secret' } });
