/** A developer asks for a callback in one command, and the client's team approves it; apply and the SDK wait in the same way. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EXIT } from '../../src/cli/exit.ts'
import { ClientryError, connect } from '../../src/sdk/index.ts'
import { startWorld, type World } from '../contract/world.ts'
import { type Served, served } from '../fixtures/served.ts'
import { clientry } from './command-line.ts'

const NEW = 'https://app.example.com/asked-for'
const ID = 'exampleClientId'

let place: Served<World>
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-approval-'))
  const team = { teams: ['payments'] }
  const permissions = [
    {
      scope: 'admin',
      grants: ['clients:read', 'clients:assign', 'clients:write', 'jobs:read', 'jobs:write'],
    },
    { scope: 'developer', grants: ['clients:read', 'jobs:read', 'jobs:write'] },
    { scope: 'developer', grants: ['clients:write'], approval: 'required' },
    { scope: 'payments', grants: ['clients:read', 'clients:write'], only: team },
    { scope: 'shipping', grants: ['clients:read', 'clients:write'], only: { teams: ['shipping'] } },
  ]
  place = await served(startWorld({ permissions: permissions as never }))
  const assigned = await as('admin')(`assign ${ID} payments --yes`)
  expect(assigned.code, assigned.err).toBe(0)
})
afterAll(async () => {
  await place.close()
  rmSync(folder, { recursive: true })
})

const tokenOf = (who: string) =>
  place.world.token([who], { sub: `someone-of-${who}`, client_id: `client-of-${who}` })

const as = (who: string) => async (line: string) =>
  clientry(line.split(' '), {
    folder,
    env: { CLIENTRY_URL: place.url, CLIENTRY_TOKEN: await tokenOf(who) },
  })

const callbacks = () => place.world.auth0.client(ID)?.callbacks as readonly string[]

it('adds a callback in one command, once the team of the client approves it', async () => {
  const asked = await as('developer')(`set ${ID} --add-callback ${NEW} --yes`)
  expect(asked.code, asked.err).toBe(EXIT.waiting.code)
  const [, id = ''] = /clientry approve (\S+)\)? approves/.exec(asked.err) ?? []
  expect(id, asked.err).not.toBe('')
  expect(callbacks()).not.toContain(NEW)

  const listed = await as('payments')('requests')
  expect(listed.out).toContain(id)
  expect(listed.out).toContain(`+ ${NEW}`)
  const hidden = await as('shipping')('requests --json')
  expect(JSON.parse(hidden.out)).toEqual({ items: [] })
  const refused = await as('shipping')(`approve ${id} --yes`)
  expect(refused.code).toBe(EXIT.notFound.code)
  const own = await as('developer')(`approve ${id} --yes`)
  expect(own.code).toBe(EXIT.auth.code)

  const approved = await as('payments')(`approve ${id} --comment fine --yes`)
  expect(approved.code, approved.err).toBe(0)
  expect(approved.out).toContain('applied')
  expect(callbacks()).toContain(NEW)
  const shown = await as('developer')(`requests ${id}`)
  expect(shown.out).toContain('fine')
})

it('rejects a request with a comment', async () => {
  const asked = await as('developer')(`set ${ID} description=asked --yes --json`)
  expect(JSON.parse(asked.err)).toMatchObject({ code: 'approval_required', exit: 10 })
  const { out } = await as('payments')('requests --json')
  const { id } = JSON.parse(out).items[0]
  expect((await as('payments')(`reject ${id} --comment no --yes`)).code).toBe(0)
  const again = await as('payments')(`approve ${id} --yes`)
  expect(again.code).toBe(EXIT.conflict.code)
  expect((await as('developer')('requests --state rejected --json')).out).toContain(id)
})

it('asks for what a plan of files changes, and applies the rest of the plan later', async () => {
  mkdirSync(join(folder, 'clients'))
  const content = `provider: auth0\nid: ${ID}\nclient:\n  description: By a file\n`
  writeFileSync(join(folder, 'clients', 'client.yaml'), content)
  const planned = await as('developer')('plan clients --out plan.json')
  expect(planned.code, planned.out + planned.err).toBeLessThan(2)
  const applied = await as('developer')('apply plan.json --yes')
  expect(applied.code, applied.out + applied.err).toBe(EXIT.waiting.code)
  expect(place.world.auth0.client(ID)?.description).not.toBe('By a file')
  const [, id = ''] = /clientry approve (\S+)/.exec(applied.err) ?? []
  expect((await as('payments')(`approve ${id} --yes`)).code).toBe(0)
  const again = await as('developer')('apply plan.json --yes')
  expect(again).toMatchObject({ code: 0, err: expect.stringContaining('already as planned') })
  expect(place.world.auth0.client(ID)?.description).toBe('By a file')
})

it('asks for the start of a job once its dry run is there, which who approves it is shown', async () => {
  writeFileSync(join(folder, 'names.txt'), `auth0/${ID}\n`)
  const line = 'jobs submit --clients names.txt description=job --yes'
  const asked = await as('developer')(line)
  expect(asked.code, asked.out + asked.err).toBe(EXIT.waiting.code)
  expect(place.world.auth0.client(ID)?.description).not.toBe('job')
  const listed = JSON.parse((await as('admin')('requests --json')).out)
  const [{ id, job }] = listed.items
  expect((await as('admin')(`requests ${id}`)).out).toContain(
    `startJob ${job.id} (1 client at auth0)`,
  )
  expect((await as('payments')('requests --json')).out).not.toContain(id)
  expect((await as('admin')(`jobs start ${job.id}`)).code).toBe(EXIT.waiting.code)
  expect((await as('admin')(`approve ${id} --yes`)).code).toBe(0)
  expect((await as('admin')(`jobs watch ${job.id}`)).code).toBe(0)
  expect(place.world.auth0.client(ID)?.description).toBe('job')
})

it('is an error of the SDK, with the request', async () => {
  const { url } = place
  const developer = connect({ url, token: await tokenOf('developer') })
  const asked = developer.updateClient(ID, { description: 'By a program' })
  const error = await asked.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ClientryError)
  const { request } = error as ClientryError
  expect(request).toMatchObject({ state: 'pending', operation: 'updateClient' })
  const team = connect({ url, token: await tokenOf('payments') })
  const { body } = await team.approveRequest(request?.id ?? '', {})
  expect(body.state).toBe('applied')
  expect((await developer.getClient(ID)).body.description).toBe('By a program')
})
