/** The commit that a workflow names to use the action: the built files alone, and the same hash for the same sources. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const FILES = ['LICENSE', 'THIRD-PARTY-NOTICES.txt', 'action.yml', 'index.mjs']
const SCRIPT = join(process.cwd(), 'scripts', 'action-commit.mjs')

let folder: string
const identity = ['-c', 'user.name=Someone', '-c', 'user.email=someone@example.com']
const git = (...words: readonly string[]) =>
  execFileSync('git', [...identity, ...words], { cwd: folder, encoding: 'utf8' }).trim()
const commit = () =>
  execFileSync(process.execPath, [SCRIPT], { cwd: folder, encoding: 'utf8' }).trim()

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-commit-'))
  mkdirSync(join(folder, 'dist', 'action'), { recursive: true })
  for (const file of FILES) writeFileSync(join(folder, 'dist', 'action', file), `${file}\n`)
  writeFileSync(join(folder, 'source.ts'), 'a source\n')
  writeFileSync(join(folder, '.gitignore'), 'dist/\n')
  git('init', '-q')
  git('add', '.')
  git('commit', '-q', '-m', 'sources')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('has the files of the action at its root, and no parent', () => {
  const hash = commit()
  expect(git('ls-tree', '-r', '--name-only', hash).split('\n')).toEqual(FILES)
  expect(git('show', `${hash}:action.yml`)).toBe('action.yml')
  expect(git('log', '--format=%P', hash)).toBe('')
  expect(git('status', '--porcelain')).toBe('')
})

it('is the same for the same sources, and names them', () => {
  const hash = commit()
  expect(commit()).toBe(hash)
  expect(git('log', '-1', '--format=%s', hash)).toContain(git('rev-parse', 'HEAD'))
})

it('is what the release workflow pushes', () => {
  const workflow = readFileSync('.github/workflows/release.yml', 'utf8')
  expect(workflow).toContain('$(node scripts/action-commit.mjs):refs/tags/action-$GITHUB_REF_NAME')
})
