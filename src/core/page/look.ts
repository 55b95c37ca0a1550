/**
 * The look that all pages share: those of the server, of the embedded OpenID Provider, and of the console, whose `styles.css`
 * begins with the same colours (`test/http/look.test.ts`).
 */

import { createHash } from 'node:crypto'

/** Colours for a light and a dark screen; each pair of text and ground has the contrast of WCAG 2.2, 1.4.3. */
export const COLOURS = {
  ground: 'light-dark(#fff, #14161a)',
  raised: 'light-dark(#f5f6f8, #1d2026)',
  text: 'light-dark(#16181d, #e8eaee)',
  quiet: 'light-dark(#565c68, #a3aab8)',
  line: 'light-dark(#d6d9e0, #343943)',
  accent: 'light-dark(#1d4ed8, #93b4ff)',
  'on-accent': 'light-dark(#fff, #0b1020)',
  bad: 'light-dark(#a3161b, #ff9a9a)',
  good: 'light-dark(#136334, #86dba5)',
  warn: 'light-dark(#7a4a00, #ffcf7a)',
  mark: 'light-dark(#fff3c4, #4a3b08)',
} as const

const variables = Object.entries(COLOURS).map(([name, value]) => `--${name}:${value}`)

/** The style of every page that comes without the console. */
export const LOOK = `:root{color-scheme:light dark;${variables.join(';')}}
*{box-sizing:border-box}body{font:16px/1.5 system-ui,sans-serif;background:var(--ground);color:var(--text);margin:0 auto;padding:1rem;overflow-wrap:anywhere}
a{color:var(--accent)}code,pre{font-family:ui-monospace,monospace;font-size:.9em}:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
.given{unicode-bidi:isolate}.unseen{background:var(--mark);border-radius:3px;padding:0 .2em;font:.8em ui-monospace,monospace}`

/** What a Content-Security-Policy has for a style in the page (CSP 3, section 2.3.1). */
export const styleSource = (style: string): string =>
  `'sha256-${createHash('sha256').update(style).digest('base64')}'`
