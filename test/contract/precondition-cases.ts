/** `If-Match` and `If-None-Match` over HTTP, as cases that run through every entry. */

import { expect } from 'vitest'
import { type Case, CLIENT, COGNITO, stateOf, withToken } from './http-case.ts'

export const PRECONDITION_CASES: readonly Case[] = [
  {
    name: 'If-None-Match with the tag of what is there is 304 on GET, and the whole tag counts',
    run: async (send, world) => {
      for (const address of [{}, COGNITO, { provider: 'local' }]) {
        const query = new URLSearchParams(address).toString()
        for (const path of [CLIENT, `${CLIENT}/leases`, `${CLIENT}/secrets`, `${CLIENT}/lint`]) {
          const get = async (tag: string) =>
            send(
              await withToken(world, {
                method: 'GET',
                path,
                query,
                headers: tag === '' ? {} : { 'if-none-match': tag },
              }),
            )
          const { etag = '' } = (await get('')).headers
          for (const known of [etag, `W/${etag}`, `"a,b",, ${etag} ,`, '*']) {
            const answer = await get(known)
            expect(answer).toMatchObject({ status: 304, headers: { etag }, body: {} })
            expect(answer.headers).not.toHaveProperty('content-length')
          }
          for (const other of [`"${stateOf(etag)}"`, `"${stateOf(etag)}.other"`, '"a,b"']) {
            expect(await get(other)).toMatchObject({ status: 200, headers: { etag } })
          }
        }
      }
    },
  },
  {
    name: 'what holds beside the settings changes the view of a tag and not its state',
    run: async (send, world) => {
      const get = async (headers = {}) =>
        send(await withToken(world, { method: 'GET', path: CLIENT, headers }))
      const { etag: before = '' } = (await get()).headers
      const path = `${CLIENT}/protection`
      const held = await send(await withToken(world, { method: 'PUT', path }, { protected: true }))
      const { etag: after = '' } = held.headers
      expect(after).not.toBe(before)
      expect(stateOf(after)).toBe(stateOf(before))
      expect(await get({ 'if-none-match': before })).toMatchObject({ status: 200 })
      expect(await get({ 'if-none-match': after })).toMatchObject({ status: 304 })
      await send(await withToken(world, { method: 'PUT', path }, { protected: false }))
      const change = { client: { description: 'By the state alone' } }
      const headers = { 'if-match': before }
      const sent = await withToken(world, { method: 'PATCH', path: CLIENT, headers }, change)
      expect(await send(sent)).toMatchObject({ status: 200, body: change.client })
    },
  },
  {
    name: 'If-None-Match with the tag of what is there is 412 on writes, and nothing is sent',
    run: async (send, world) => {
      for (const address of [{}, COGNITO, { provider: 'local' }]) {
        const query = new URLSearchParams(address).toString()
        const tagOf = async (path: string) =>
          (await send(await withToken(world, { method: 'GET', path, query }))).headers.etag ?? ''
        const leases = `${CLIENT}/leases`
        const lease = { field: 'callbacks', owner: 'a', value: 'https://b.example.com/cb' }
        const writes = [
          { method: 'PATCH', path: CLIENT, body: { client: { name: 'New' } }, of: CLIENT },
          { method: 'DELETE', path: CLIENT, of: CLIENT, more: { 'if-match': '*' } },
          { method: 'PUT', path: leases, body: { ...lease, ttlSeconds: 60 }, of: leases },
          { method: 'POST', path: `${CLIENT}/suspend`, of: CLIENT },
          { method: 'PUT', path: `${CLIENT}/protection`, body: { protected: true }, of: CLIENT },
        ]
        for (const { method, path, body, of, more } of writes) {
          const etag = await tagOf(of)
          for (const known of [etag, `"other", ${etag}`, `W/${etag}`, '*']) {
            const headers = { 'if-none-match': known, ...more }
            const answer = await send(
              await withToken(world, { method, path, query, headers }, body),
            )
            expect(answer).toMatchObject({ status: 412, body: { field: 'If-None-Match' } })
          }
          expect(await tagOf(of)).toBe(etag)
        }
        const headers = { 'if-none-match': '"other"' }
        const sent = { method: 'PATCH', path: CLIENT, query, headers }
        const answer = await send(await withToken(world, sent, { client: { name: 'Since then' } }))
        expect(answer).toMatchObject({ status: 200, body: { name: 'Since then' } })
      }
    },
  },
  {
    name: 'a list of If-Match is read as RFC 9110 writes it',
    run: async (send, world) => {
      const get = await withToken(world, { method: 'GET', path: CLIENT })
      const { etag = '' } = (await send(get)).headers
      const patch = async (tags: string) =>
        send(
          await withToken(
            world,
            { method: 'PATCH', path: CLIENT, query: 'dryRun=true', headers: { 'if-match': tags } },
            { client: { name: 'Planned' } },
          ),
        )
      const state = `"${stateOf(etag)}"`
      for (const tags of [
        `"a,b", ${etag}`,
        `,, ${etag} ,`,
        `"" ,${etag}`,
        `"W/,",${etag}`,
        state,
      ]) {
        expect({ tags, ...(await patch(tags)) }).toMatchObject({ tags, status: 200 })
      }
      for (const tags of ['"a,b"', ',', `W/${etag}`, `"${stateOf(etag)},"`]) {
        expect({ tags, ...(await patch(tags)) }).toMatchObject({ tags, status: 412 })
      }
      for (const tags of [`*, ${etag}`, 'a', `${etag} ${etag}`, `w/${etag}`, '"a', `${etag};`]) {
        expect({ tags, ...(await patch(tags)) }).toMatchObject({ tags, status: 400 })
      }
    },
  },
  {
    name: 'conditions that a route would not heed are refused',
    run: async (send, world) => {
      const client = { provider: 'local', kind: 'web', client: { name: 'New' } }
      for (const name of ['if-match', 'if-none-match']) {
        const headers = { [name]: '*' }
        const sent = await withToken(world, { method: 'POST', path: '/clients', headers }, client)
        expect(await send(sent)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
        const path = `${CLIENT}/registration`
        const adopt = await withToken(world, { method: 'PUT', path, headers })
        expect(await send(adopt)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
        const job = { clients: [{ id: 'exampleClientId' }], patch: { name: 'New' } }
        const jobs = await withToken(world, { method: 'POST', path: '/jobs', headers }, job)
        expect(await send(jobs)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
      }
    },
  },
]
