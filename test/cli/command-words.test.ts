/** What a user of the command reads is in the words of the command, and not in those of the HTTP API. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { COMMAND_WORDS, inCommandWords } from '../../src/cli/show/command-words.ts'
import { onShared } from '../fixtures/opened.ts'
import { clientry, type DevServer, startDev } from './command-line.ts'

const ID = 'exampleClientId'

/** Words of the API that mean nothing on a command line. */
const API_WORDS =
  /\b(?:GET|PUT|POST|PATCH|DELETE) \/|userPoolId|ownClient|cutOver|retireAfterSeconds|allowLoss|allowPartial|Idempotency-Key|If-Match/

let dev: DevServer
const it = onShared(startDev, (opened) => {
  dev = opened
})

describe('a refusal', () => {
  it.each([
    [`suspend ${ID} --yes`, 'Remove the protection first: clientry unprotect.'],
    [`get cognito-client/no-pool!/${ID}`, '--pool must be'],
    [`rotate-secret ${ID} --dry-run`, '--cut-over is required'],
    [`rotate-secret ${ID} --cut-over --retire-after 60 --dry-run`, '--retire-after'],
    [`retire-secret cognito-client/us-east-1_1234test/${ID} none --yes`, 'clientry secrets lists'],
    [`copy ${ID} local --show-secret --yes`, 'To copy the rest, add --allow-loss.'],
    [`rollback ${ID} --to 99 --yes`, 'clientry history lists'],
  ])('of %s says "%s"', async (line, says) => {
    await clientry(['protect', ID, '--yes'], { folder: dev.folder })
    const { code, out, err } = await clientry(line.split(' '), { folder: dev.folder })
    expect({ code: Number(code) > 1, out }).toEqual({ code: true, out: '' })
    expect(err).toContain(says)
    expect(err).not.toMatch(API_WORDS)
  })
})

/** All sources outside the command. */
const texts = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith('cli'))
  .map((path) => readFileSync(join('src', path), 'utf8'))

describe('each row of the table', () => {
  it.each(COMMAND_WORDS)('%s is said by the server', (pattern) => {
    expect(texts.some((text) => text.search(pattern) !== -1)).toBe(true)
  })

  it.each(COMMAND_WORDS)('%s leaves nothing of the API behind', (pattern) => {
    const text = texts.find((one) => one.search(pattern) !== -1) ?? ''
    const [said = ''] = text.match(pattern) ?? []
    expect(inCommandWords(said)).not.toMatch(API_WORDS)
  })
})
