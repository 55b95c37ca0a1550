/** One instance of several that share an account: it asks as fast as it may, and counts what it writes to the store. */

import { openStore } from '../../src/program/open-store.ts'
import { createProviders } from '../../src/providers/configured.ts'
import { createBudget } from '../../src/providers/pace/pace-budget.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { auth0SettingsAt, cognitoSettingsAt } from '../../test/providers/paced-provider.ts'
import { CALLERS, crowd, pooled, refs } from '../pace.ts'
import { AWS_CREDENTIALS } from '../subject.ts'
import { answering } from './control.ts'

const { BENCH_STORE, BENCH_ACCOUNT, BENCH_URL = '', BENCH_COUNT } = process.env
process.env.AWS_ACCESS_KEY_ID = AWS_CREDENTIALS.accessKeyId
process.env.AWS_SECRET_ACCESS_KEY = AWS_CREDENTIALS.secretAccessKey

const place = JSON.parse(BENCH_STORE ?? '')
const { store } = await openStore(
  { store: place, mode: 'production' },
  { create: true, threaded: true },
)
const { notes } = store
if (notes === undefined) throw new TypeError('a store without notes')
const writes: number[] = []
const budget = createBudget({
  id: String(process.pid),
  now: Date.now,
  notes: {
    read: notes.read,
    replace: async (...values) => {
      const isDone = await notes.replace(...values)
      if (isDone) writes.push(Date.now())
      return isDone
    },
  },
})
const isAuth0 = BENCH_ACCOUNT === 'auth0'
const settings = isAuth0
  ? auth0SettingsAt(BENCH_URL, { perSecond: 16, burst: 50 })
  : cognitoSettingsAt(BENCH_URL)
const surroundings = { now: Date.now, environmentCredentials: () => undefined, budget }
const provider = (await createProviders({ it: settings }, surroundings)).get('it') as Provider
const callers = (2 * CALLERS) / Number(BENCH_COUNT)

answering('ready', () => true)
answering('go', () => {
  void crowd({ provider, refs: isAuth0 ? refs : pooled, callers }, Number.MAX_SAFE_INTEGER / 2)
  return true
})
answering('writes', () => writes)
