/** oidc-provider with its own store in memory and registration management: what its PUT costs with no record of it. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import { answering } from './control.ts'

const { BENCH_INITIAL_TOKEN = '' } = process.env

const server = createServer((request, response) => callback(request, response))
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const callback = new Provider(url, {
  features: {
    registration: { enabled: true, initialAccessToken: BENCH_INITIAL_TOKEN },
    registrationManagement: { enabled: true, rotateRegistrationAccessToken: false },
  },
}).callback()
answering('url', () => url)
