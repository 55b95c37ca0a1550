/**
 * The yardstick: for a PATCH it reads and writes upstream, and gives the answer back. It checks no
 * token, keeps no history, translates nothing, and its clients lose each other's changes.
 */

import { nativeChange } from '../native.ts'
import type { ProviderName } from '../subject.ts'
import { serveChanges } from './serve-changes.ts'

const { BENCH_PROVIDER = '', BENCH_UPSTREAM = '' } = process.env
const change = await nativeChange(BENCH_PROVIDER as ProviderName, BENCH_UPSTREAM, 'proxy')

serveChanges(change)
