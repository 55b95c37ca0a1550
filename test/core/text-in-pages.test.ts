/** What others have chosen is shown as text, and as what it is. */

import { expect, it } from 'vitest'
import { escaped, visible, visibleHtml } from '../../src/core/page/text.ts'

it('is never markup', () => {
  expect(escaped(`<a href="x" id='y'>&`)).toBe('&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;')
  expect(visibleHtml('<b>')).toBe('<bdi class="given">&lt;b&gt;</bdi>')
})

it.each([
  ['a right-to-left override', 'pay\u202epal', 'payU+202Epal'],
  ['a zero-width space', 'pay\u200bpal', 'payU+200Bpal'],
  ['a line end', 'pay\npal', 'payU+000Apal'],
  ['a filler', 'pay\u3164pal', 'payU+3164pal'],
  ['a joiner of the Mongolian script and of none', 'pay\u034fpal', 'payU+034Fpal'],
  ['a character beyond the first plane', 'pay\u{e0041}pal', 'payU+E0041pal'],
])('shows %s by its code', (_, text, shown) => {
  expect(visible(text)).toBe(shown)
  expect(visibleHtml(text)).toContain(`<span class="unseen">${shown.slice(3, -3)}</span>`)
})

it('leaves what can be seen as it is', () => {
  expect(visible('Zahlung für Ümläute 支払い 👍')).toBe('Zahlung für Ümläute 支払い 👍')
})
