// In NestJS, attach once to the HttpService of a module: whoever injects it makes resilient calls.
import 'reflect-metadata';
import { HttpModule, HttpService } from '@nestjs/axios';
import { NestFactory } from '@nestjs/core';
import { attachResilience, type ResilienceHandle } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';
import { firstValueFrom } from 'rxjs';

await using server = await scriptedServer([503, 200]);

class Users {
  constructor(private readonly http: HttpService) {}

  async get(id: number): Promise<number> {
    const { status } = await firstValueFrom(this.http.get(`/users/${id}`));
    return status;
  }
}

const RESILIENCE = Symbol('resilience');
const app = await NestFactory.createApplicationContext(
  {
    module: class UsersModule {},
    imports: [HttpModule.register({ baseURL: server.url })],
    providers: [
      // Made when the application starts, asked for or not.
      { provide: RESILIENCE, inject: [HttpService], useFactory: ({ axiosRef }) => attachResilience(axiosRef) },
      { provide: Users, inject: [HttpService], useFactory: (http: HttpService) => new Users(http) },
    ],
  },
  { logger: false },
);

const status = await app.get(Users).get(7);
const { calls, attempts } = app.get<ResilienceHandle>(RESILIENCE).stats();
console.log(`status ${status}: ${calls} call, ${attempts} attempts`);
await app.close();
