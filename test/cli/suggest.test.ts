/** Suggestions: the nearest names, and never one that writes for a word that reads. */

import { expect, it } from 'vitest'
import { attributeHint } from '../../src/cli/change/attribute-hint.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { isWriting, resolve } from '../../src/cli/resolve.ts'
import { nearestName } from '../../src/cli/suggest.ts'

const hintFor = (word: string): string => {
  try {
    return `found ${resolve(COMMANDS, [word]).command.name}`
  } catch (error) {
    return (error as Error).message
  }
}
const WRITING = COMMANDS.filter(isWriting).map(({ name }) => name)

/** Words with which other programs read. */
const READS = ['read', 'show', 'view', 'ls', 'lst', 'lis', 'find', 'search', 'describe', 'cat']

it.each([...READS, 'info', 'gte', 'gett', 'staus', 'log', 'histroy'])('%s reads', (word) => {
  const hint = hintFor(word)
  expect(hint).toContain('Did you mean ')
  const [, names = ''] = /Did you mean (.*)\?/.exec(hint) ?? []
  expect(names.split(' or ').filter((name) => WRITING.includes(name))).toEqual([])
})

it.each([
  ['callback', 'callbacks'],
  ['granttypes', 'grantTypes'],
])('%s is an attribute, and no command that writes', (word, field) => {
  const { message = '' } = attributeHint(COMMANDS, word) ?? {}
  expect(message).toContain(`${field} is an attribute of a client. clientry get CLIENT shows it`)
  expect(message).not.toContain('rollback')
})

it.each(['lst', 'lease', 'roll-back', 'xyz'])('%s is no attribute', (word) => {
  expect(attributeHint(COMMANDS, word)).toBeUndefined()
})

it.each([
  ['callback', ['callbacks']],
  ['nmae', ['name']],
  ['grant_types', ['grantTypes']],
  ['xyz', []],
])('%s: %j', (word, names) => {
  expect(nearestName(word, ['callbacks', 'name', 'grantTypes', 'clientMetadata'])).toEqual(names)
})
