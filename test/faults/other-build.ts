/** The server of another commit, for tests of two versions side by side. */

import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

/** Whether a commit is in this clone; where it is not, that is printed. */
export function isCommitHere(commit: string): boolean {
  try {
    execFileSync('git', ['cat-file', '-e', `${commit}^{commit}`], { stdio: 'ignore' })
    return true
  } catch {
    process.stderr.write(
      `Two versions side by side are skipped: the commit ${commit} is not here.\n`,
    )
    return false
  }
}

/** Builds the server of a commit below a folder, from which its packages are found; returns its entry. */
export async function buildServer(commit: string, folder: string): Promise<string> {
  const source = join(folder, 'source')
  mkdirSync(source, { recursive: true })
  const archive = execFileSync('git', ['archive', commit, 'src'], { maxBuffer: 2 ** 27 })
  execFileSync('tar', ['-x', '-C', source], { input: archive })
  await build({
    entryPoints: {
      serve: join(source, 'src', 'serve.ts'),
      'sqlite-writer': join(source, 'src', 'store', 'sqlite', 'writer-thread.ts'),
    },
    outdir: join(folder, 'dist'),
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  })
  return join(folder, 'dist', 'serve.js')
}
