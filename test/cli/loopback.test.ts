/** The wait for the browser on the loopback interface, which every page in that browser can reach too. */

import http from 'node:http'
import { expect, it } from 'vitest'
import { listenOnLoopback } from '../../src/tokens/loopback.ts'

function statusOf(port: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, host: '127.0.0.1', path }, (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode ?? 0))
    })
    request.once('error', reject)
  })
}

it('goes on after requests that are no URL, and ends with the one that has the state', async () => {
  const loopback = await listenOnLoopback('the-state')
  const { port } = new URL(loopback.redirectUri)
  for (const path of ['//', '///', 'http://', 'http://%', '//[', '/callback?state=other', '*']) {
    expect([path, await statusOf(port, path)]).toEqual([path, 404])
  }
  expect(await statusOf(port, '/callback?state=the-state&code=1')).toBe(200)
  expect((await loopback.arrival).searchParams.get('code')).toBe('1')
  loopback.close()
})
