/** How a Content-Security-Policy names the style of a page. */

import { expect, it } from 'vitest'
import { styleSource } from '../../src/core/page/look.ts'

it('is the digest of the text, as the example of the specification has it', () => {
  // Content Security Policy Level 3, section 8.1: the digest of this script.
  expect(styleSource("alert('Hello, world.');")).toBe(
    "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='",
  )
})
