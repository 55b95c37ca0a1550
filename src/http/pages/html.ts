/** What pages of the server are written with: one style, no script, nothing from elsewhere. */

import { LOOK, styleSource } from '../../core/page/look.ts'
import { escaped } from '../../core/page/text.ts'
import type { Answer } from '../answer.ts'

const STYLE = `${LOOK}
body{max-width:60rem}pre{overflow-x:auto;padding:.5rem;border:1px solid var(--line)}
table{border-collapse:collapse;width:100%;display:block;overflow-x:auto}th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line)}
h2{margin-top:2.5rem}h3{margin-top:2rem}`

/** The page needs its own style, and nothing else: no script, no other host, no frame. */
const POLICY = [
  "default-src 'none'",
  `style-src ${styleSource(STYLE)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** A page; `body` is HTML. */
export const page = (title: string, body: string): Answer => ({
  status: 200,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
    vary: 'Accept',
  },
  body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${STYLE}</style></head><body>${body}</body></html>`,
})
