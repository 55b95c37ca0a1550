/** Servers for which there is no provider here: what is left of callbacks that are added at once, by their own API. */

import { describe, expect, it } from 'vitest'
import { startBetterAuth } from '../peers/better-auth.ts'
import { startLemonldap } from '../peers/lemonldap.ts'
import { CHOSEN } from './chosen.ts'
import { counted, measured } from './figures.ts'
import { NATIVES } from './table.ts'

const ADDERS = 20
const at = (name: string | number) => `https://app.example.com/${name}`

const START = { 'better-auth': startBetterAuth, 'lemonldap-ng': startLemonldap } as const

describe.each(NATIVES.filter(({ server }) => server === CHOSEN))('$name', ({ server, kind }) => {
  it(`keeps some of ${ADDERS} callbacks that are added at once`, async (context) => {
    const { make, add, redirects, close } = await START[server]()
    try {
      const id = await make(at('callback'))
      const urls = Array.from({ length: ADDERS }, (_, index) => at(index))
      const statuses = await Promise.all(urls.map((url) => add(id, url)))
      const held = await redirects(id)
      const left = urls.filter((url) => held.includes(url)).length
      measured(context, { kind, figure: 'adders', value: `– / ${left} (${counted(statuses)})` })
      expect(statuses.some((status) => status < 300)).toBe(true)
      expect(held.every((url) => [at('callback'), ...urls].includes(url))).toBe(true)
    } finally {
      await close()
    }
  })
})
