/**
 * For mutation runs: parts that are loaded when they are first needed are loaded before the tests, so that what runs once
 * in them counts as that, and not as something that the first test alone comes by.
 */

import { beforeAll } from 'vitest'
import { loadAll } from '../src/core/lazy.ts'

beforeAll(loadAll)
