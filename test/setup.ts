/** Builds what tests start as processes of their own: the entries and the Lambda bundle. Makes the folder of their files. */

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { openMemory } from './memory.ts'

export function setup(): () => void {
  const script = fileURLToPath(new URL('../scripts/build.mjs', import.meta.url))
  execFileSync(process.execPath, [script, '--if-needed'], { stdio: 'inherit' })
  return openMemory()
}
