/**
 * The picture of a plan in README.md: what `clientry plan` prints on a terminal, of a development server and two files that were edited, as
 * SVG in light and dark. `npm run pictures` writes it, and a test draws it again.
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { clientry, type DevServer, startDev } from '../test/cli/command-line.ts'

/** By theme, where it is kept. */
export const PICTURES = {
  light: 'docs/images/plan-light.svg',
  dark: 'docs/images/plan-dark.svg',
} as const
export type Theme = keyof typeof PICTURES

/** What someone has changed in the files, by the place of the client. */
const EDITS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  auth0: [
    ['- https://app.example.com/callback', '- https://portal.example.com/callback'],
    ['description: An application to try things with', 'description: The customer portal'],
  ],
  'cognito-client': [
    [
      '- https://app.example.com/callback',
      '- https://app.example.com/callback\n    - https://app.example.com/mobile',
    ],
  ],
}

/** What the command prints, with the colours of a terminal. */
export async function planOnTerminal(dev: DevServer): Promise<string> {
  const around = { folder: dev.folder, isTerminal: true }
  const exported = await clientry(['export', 'clients'], around)
  if (exported.code !== 0) throw new TypeError(exported.err)
  for (const [provider, edits] of Object.entries(EDITS)) {
    const folder = join(dev.folder, 'clients', provider)
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    const path = join(folder, names.find((name) => name.endsWith('.yaml')) ?? '')
    let text = readFileSync(path, 'utf8')
    for (const [before, after] of edits) {
      if (!text.includes(before)) throw new TypeError(`${path} has no ${before}`)
      text = text.replace(before, after)
    }
    writeFileSync(path, text)
  }
  const { code, out, err } = await clientry(['plan', 'clients'], around)
  if (code !== 0) throw new TypeError(err)
  return out
}

/** Colours of GitHub's themes, so that the picture looks like a block of code there. */
const COLOURS = {
  light: {
    page: '#f6f8fa',
    edge: '#d1d9e0',
    text: '#1f2328',
    added: '#1a7f37',
    removed: '#cf222e',
  },
  dark: { page: '#151b23', edge: '#3d444d', text: '#f0f6fc', added: '#3fb950', removed: '#f85149' },
} as const
const [LINE, CHARACTER, SIZE, EDGE] = [21, 8.43, 14, 18]

/** Styles by the codes of a terminal (ECMA-48, SGR). */
const CLASSES: Readonly<Record<string, string>> = { 1: 'b', 2: 'f', 31: 'r', 32: 'a' }
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const STYLED = /\u001b\[(\d+)m(.*?)\u001b\[0m/g

/** The text of a terminal as SVG. */
export function renderTerminal(printed: string, theme: Theme): string {
  const lines = ['$ clientry plan clients', ...printed.trimEnd().split('\n')]
  const plain = lines.map((line) => line.replace(STYLED, '$2'))
  const width = Math.ceil(Math.max(...plain.map((line) => line.length)) * CHARACTER) + 2 * EDGE
  const height = lines.length * LINE + 2 * EDGE
  const { page, edge, text, added, removed } = COLOURS[theme]
  const rows = lines.map((line, index) => {
    const words = escaped(line).replace(
      STYLED,
      (_, code: string, words: string) => `<tspan class="${CLASSES[code] ?? ''}">${words}</tspan>`,
    )
    return `<text x="${EDGE}" y="${EDGE + (index + 0.75) * LINE}">${words}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t" xml:space="preserve">
<title id="t">${escaped(plain.join('\n'))}</title>
<style>
text { font: ${SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; fill: ${text}; white-space: pre }
.b { font-weight: 600 } .f { opacity: .7 } .a { fill: ${added} } .r { fill: ${removed} }
</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="${page}" stroke="${edge}"/>
${rows.join('\n')}
</svg>
`
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

async function main(): Promise<void> {
  const dev = await startDev()
  try {
    const printed = await planOnTerminal(dev)
    mkdirSync('docs/images', { recursive: true })
    for (const theme of ['light', 'dark'] as const) {
      writeFileSync(PICTURES[theme], renderTerminal(printed, theme))
    }
  } finally {
    await dev.close()
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main()
