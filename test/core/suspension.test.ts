/** When a client counts as switched off, what shows that, and what is reported where someone has undone it. */

import { describe, expect, it } from 'vitest'
import { flag, key, list, view } from '../../src/core/mapping/lenses.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import type { Warning } from '../../src/core/mapping/row.ts'
import {
  heldChanges,
  heldPaths,
  isOff,
  pathOf,
  shownBy,
  suspensionWarnings,
} from '../../src/core/mapping/suspension.ts'
import { mappingOf } from './mapping.ts'

const WARNINGS: readonly Warning[] = [
  { code: 'no_grants', field: 'client.grantTypes', message: 'It has no grant types.' },
  { code: 'odd_name', field: 'client.name', message: 'Its name is odd.' },
  { code: 'general', message: 'Something else.' },
]
/** Its grant types are taken away, and a flow that no attribute stands for. */
const emulated = mappingOf(
  { name: key('name'), grantTypes: list('grants', 'keep'), disabled: view([], () => false, 'no') },
  {
    settings: ['flow'],
    warnings: () => WARNINGS,
    suspension: {
      doesNotStop: [],
      emulation: {
        keys: ['grants', 'flow'],
        suspended: (native) => ({ ...native, grants: [], flow: null }),
      },
    },
  },
)
/** It has a setting for it. */
const switched = mappingOf({ disabled: flag('off', false) }, { suspension: { doesNotStop: [] } })
/** It cannot be switched off. */
const neither = mappingOf({ disabled: view(['off'], () => true, 'no') })

const ON = { name: 'One', grants: ['code'], flow: 'srp' }
const OFF = { name: 'One', grants: [], flow: null }

describe('a client is off', () => {
  it('where nothing is left of what a suspension takes away', () => {
    expect(isOff(emulated, OFF)).toBe(true)
    expect(isOff(emulated, { ...OFF, grants: ['code'] })).toBe(false)
    expect(isOff(emulated, ON)).toBe(false)
  })

  it('where its provider says so, and can change it', () => {
    expect(isOff(switched, { off: true })).toBe(true)
    expect(isOff(switched, { off: false })).toBe(false)
    expect(isOff(switched, {})).toBe(false)
    expect(isOff(neither, { off: true })).toBe(false)
  })
})

describe('a suspended client', () => {
  it('that is off is shown as disabled, and nothing of what is held is shown', () => {
    const shown = shownBy(emulated, OFF, true)
    expect(showClient(shown, OFF).disabled).toBe(true)
    expect(shown.warnings?.(OFF).map(({ code }) => code)).toEqual(['odd_name', 'general'])
    expect(shown.fields.disabled).toMatchObject({
      support: 'read-only',
      keys: [],
      why: expect.stringContaining('the client is suspended'),
    })
    // One mapping for one mapping.
    expect(shownBy(emulated, { ...OFF, name: 'Two' }, true)).toBe(shown)
  })

  it('says nothing where its provider does not', () => {
    const { warnings: _, ...silent } = emulated
    expect(shownBy(silent, OFF, true).warnings?.(OFF)).toEqual([])
  })

  it('that is on again is shown as it is', () => {
    expect(shownBy(emulated, ON, true)).toBe(emulated)
  })

  it('is shown as it is where its provider has a setting for it', () => {
    expect(shownBy(switched, { off: true }, true)).toBe(switched)
    expect(shownBy(neither, {}, true)).toBe(neither)
  })
})

it('a client that is off and was not suspended is shown as it is', () => {
  expect(shownBy(emulated, OFF, false)).toBe(emulated)
})

describe('the held settings', () => {
  it('are named by their attribute, or as settings of the provider', () => {
    expect(heldPaths(emulated)).toEqual(['grantTypes', 'providerSettings.flow'])
    expect(heldPaths(switched)).toEqual([])
    expect(heldPaths(neither)).toEqual([])
    expect(pathOf(emulated, 'name')).toBe('name')
  })

  it('that differ between two records are found', () => {
    expect(heldChanges(emulated, OFF, ON)).toEqual(['grantTypes', 'providerSettings.flow'])
    expect(heldChanges(emulated, ON, { ...ON, flow: 'custom', name: 'Two' })).toEqual([
      'providerSettings.flow',
    ])
    expect(heldChanges(emulated, ON, ON)).toEqual([])
    expect(heldChanges(emulated, { name: 'One', grants: [] }, OFF)).toEqual([])
    expect(heldChanges(switched, { off: true }, { off: false })).toEqual([])
  })
})

describe('a reader is warned', () => {
  it('that someone else has given a suspended client something back', () => {
    expect(suspensionWarnings(emulated, ON, true)).toEqual([
      {
        code: 'suspension_undone',
        field: 'client.disabled',
        message: expect.stringContaining('client.grantTypes, client.providerSettings.flow'),
      },
    ])
    const partly = suspensionWarnings(emulated, { ...OFF, flow: 'srp' }, true)
    expect(partly).toMatchObject([{ message: expect.not.stringContaining('client.grantTypes') }])
  })

  it.each<[string, Parameters<typeof suspensionWarnings>]>([
    ['it is off', [emulated, OFF, true]],
    ['it was not suspended', [emulated, ON, false]],
    ['its provider has a setting for it', [switched, {}, true]],
    ['it cannot be suspended', [neither, {}, true]],
  ])('nothing where %s', (_, asked) => {
    expect(suspensionWarnings(...asked)).toEqual([])
  })
})
