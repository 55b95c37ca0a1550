/** The emulator of Ory Hydra does what the page about the provider says of the server, row by row. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startHydraEmulator } from '../../src/emulators/hydra/index.ts'
import { adminAt, hydraTables } from '../servers/hydra-cases.ts'

const CONTROL = { 'X-Emulator-Control': '1', 'Content-Type': 'application/json' }

it('does what was seen of the server', async () => {
  const emulator = await startHydraEmulator()
  const page = readFileSync(join(process.cwd(), 'docs', 'providers', 'hydra.md'), 'utf8')
  for (const table of (await hydraTables(emulator.url)).split('\n\n')) {
    expect(page).toContain(table)
  }
  await emulator.close()
})

it('pages through clients, is filled and looked into by control routes, and starts anew', async () => {
  const emulator = await startHydraEmulator({ clients: [{ client_id: 'a', client_name: 'A' }] })
  const admin = adminAt(emulator.url)
  const control = (method: string, path: string, body?: object) =>
    fetch(`${emulator.url}/_emulator/${path}`, {
      method,
      headers: CONTROL,
      ...(body && { body: JSON.stringify(body) }),
    })
  expect((await control('PUT', 'clients', { client_id: 'b', member: 1 })).status).toBe(204)
  const last = await admin.send('GET', '?page_size=1&page_token=eyJvZmZzZXQiOiIxIiwidiI6Mn0')
  expect(last.body).toMatchObject([{ client_id: 'b' }])
  expect(last.headers.get('link')).toMatch(/rel="first"/)
  expect(last.headers.get('link')).not.toMatch(/rel="next"/)
  const seen = await (await control('GET', 'clients/b')).json()
  expect(seen).toMatchObject({ client_id: 'b', client_secret: '' })
  expect(seen).not.toHaveProperty('member')
  expect((await control('GET', 'clients/c')).status).toBe(404)
  await admin.send('DELETE', '/a')
  await control('POST', 'reset')
  expect(await (await control('GET', 'clients')).json()).toMatchObject([{ client_id: 'a' }])
  expect((await admin.send('GET', '?client_name=A')).body).toMatchObject([{ client_id: 'a' }])
  expect((await admin.send('GET', '?client_name=a')).body).toEqual([])
  await emulator.close()
})
