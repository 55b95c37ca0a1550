/** docs/files.md: each of its commands runs as it stands, in the order of the page, and each of its files is one. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseClientFile } from '../../src/files/client-file.ts'
import { type DevServer, putOnPath, runShell, startDev } from './command-line.ts'

const PAGE = readFileSync('docs/files.md', 'utf8')
const blocksOf = (language: string) =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, block = '']) => block,
  )
const COMMANDS = blocksOf('sh')

let dev: DevServer
beforeAll(async () => {
  dev = await startDev()
  putOnPath(dev.folder)
  const records = [{ client_id: 'exampleClientId', name: 'Example' }]
  writeFileSync(join(dev.folder, 'auth0-clients.json'), JSON.stringify(records))
})
afterAll(() => dev.close())

const shell = (script: string) => runShell(script, dev.folder)

it('its commands run one after the other', async () => {
  expect(COMMANDS.length).toBeGreaterThan(4)
  for (const block of COMMANDS) {
    const { code, err, out } = await shell(block)
    expect({ block, code, err }).toEqual({ block, code: 0, err: expect.any(String) })
    expect(out + err).not.toContain('Error')
  }
  expect(existsSync(join(dev.folder, 'clients', 'auth0'))).toBe(true)
  expect(JSON.parse(readFileSync(join(dev.folder, 'clients.schema.json'), 'utf8'))).toHaveProperty(
    '$defs',
  )
  expect(readFileSync(join(dev.folder, 'comment.md'), 'utf8')).toMatch(/^### Plan of clients\n/)
})

describe('its files', () => {
  const files = blocksOf('yaml').filter((block) => block.startsWith('provider:'))
  it.each(files)('are client files: %s', (text) => {
    expect(parseClientFile('files.md', text)).toHaveProperty('provider')
  })
})
