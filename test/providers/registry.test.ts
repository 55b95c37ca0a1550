/** A provider is one folder and one line in the registry: what is outside of the folder knows no type. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { PROVIDER_TYPES } from '../../src/providers/configured.ts'
import * as registry from '../../src/providers/registry.ts'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => path.split(sep).join('/'))

const textOf = (path: string) => readFileSync(join(SRC, path), 'utf8')

/** What stands in a folder of its own with settings, whether the registry names it or not. */
const folders = readdirSync(join(SRC, 'providers')).filter((name) =>
  existsSync(join(SRC, 'providers', name, 'settings.ts')),
)

describe('the registry', () => {
  it('has a line for each folder, by its name and its type', () => {
    expect([...PROVIDER_TYPES]).toEqual(folders.sort())
    for (const [name, { type }] of Object.entries(registry)) expect(type).toBe(name)
  })

  it('loads settings and no provider', () => {
    const loaded = new Set<string>()
    const packages = new Set<string>()
    const load = (path: string): void => {
      if (loaded.has(path)) return
      loaded.add(path)
      const imports = textOf(path).matchAll(
        /^(?:import|export) (?!type\b)(?:[^'();=]*?from )?'([^']+)'/gm,
      )
      for (const [, target = ''] of imports) {
        if (target.startsWith('.')) load(relative(SRC, join(SRC, path, '..', target)))
        else packages.add(target)
      }
    }
    load('providers/configured.ts')
    const own = [...loaded].filter((path) => /^providers\/[^/]+\//.test(path))
    expect(own).toEqual(
      expect.arrayContaining(PROVIDER_TYPES.map((type) => `providers/${type}/settings.ts`)),
    )
    // What settings are made of may stand beside them (dialects); what makes calls or maps may not go along.
    const heavy =
      /\/(?:index|mapping|members|creation|records|secrets|lint|kinds)\.ts$|\/(?:calls|openid)\//
    expect(own.filter((path) => heavy.test(path))).toEqual([])
    expect([...packages]).toEqual(['zod/mini'])
  })
})

/**
 * The development server starts the emulators and the local provider; the command asks it for a token, and the
 * examples of the description are requests to it. What is imported from other tools is about the clients of one vendor.
 */
const MAY_NAME =
  /^(?:dev|emulators|files\/import|providers\/[^/]+)\/|^dev\.ts$|^cli\/(?:connect\/development|commands)\.ts$|^http\/openapi\/examples\.ts$/

describe.each(sources.filter((path) => !MAY_NAME.test(path)))('%s', (path) => {
  it('names no provider', () => {
    const text = textOf(path)
    const named = [...PROVIDER_TYPES].filter((type) => new RegExp(`'${type}'`).test(text))
    expect(named).toEqual([])
    if (path === 'providers/registry.ts') return
    const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)]
    const into = imports.filter(([, target = '']) =>
      PROVIDER_TYPES.some((type) =>
        relative(SRC, join(SRC, path, '..', target)).startsWith(`providers/${type}/`),
      ),
    )
    expect(into.map(([, target]) => target)).toEqual([])
  })
})
