/**
 * oidc-provider as a server in a process of its own, with dynamic registration and its management. What
 * it stores are files, one a model and id, which tests read and write behind its back. It prints its
 * port, and ends when its standard input does.
 */

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { Provider } from 'oidc-provider'

const { FOLDER = '', INITIAL_TOKEN = '', RENEWS = '' } = process.env

const fileOf = (model, id) => join(FOLDER, model, Buffer.from(id).toString('base64url'))

function adapter(model) {
  mkdirSync(join(FOLDER, model), { recursive: true })
  const find = async (id) => {
    try {
      return JSON.parse(readFileSync(fileOf(model, id), 'utf8'))
    } catch {
      return undefined
    }
  }
  return {
    find,
    upsert: async (id, payload) => {
      const file = fileOf(model, id)
      writeFileSync(`${file}.new`, JSON.stringify(payload))
      renameSync(`${file}.new`, file)
    },
    destroy: async (id) => rmSync(fileOf(model, id), { force: true }),
    findByUid: async (uid) => {
      for (const name of readdirSync(join(FOLDER, model))) {
        const payload = await find(Buffer.from(name, 'base64url').toString())
        if (payload?.uid === uid) return payload
      }
      return undefined
    },
    findByUserCode: async () => undefined,
    consume: async (id) => {
      const payload = await find(id)
      writeFileSync(fileOf(model, id), JSON.stringify({ ...payload, consumed: Date.now() / 1_000 }))
    },
    revokeByGrantId: async () => {},
  }
}

const server = createServer((incoming, outgoing) => callback(incoming, outgoing))
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address()
const provider = new Provider(process.env.ISSUER || `http://127.0.0.1:${port}`, {
  adapter,
  scopes: ['openid', 'offline_access', 'email', 'profile'],
  clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  // A member that the program which is tested has never heard of.
  extraClientMetadata: { properties: ['member_of_tomorrow'] },
  features: {
    clientCredentials: { enabled: true },
    backchannelLogout: { enabled: true },
    registration: { enabled: true, initialAccessToken: INITIAL_TOKEN },
    registrationManagement: {
      enabled: true,
      rotateRegistrationAccessToken: RENEWS === 'true',
    },
  },
})
const callback = provider.callback()
process.stdout.write(`${port}\n`)
process.stdin.on('end', () => process.exit()).resume()
