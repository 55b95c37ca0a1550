/** What an entry answers where the application itself fails: the promise of `App` kept for it. */

import { asResponse, errorAnswer } from '../answer.ts'
import type { App } from './message.ts'

/** The application, with a throw of any kind turned into an answer that says nothing of it. */
export function answering(app: App): App {
  return async (request) => {
    try {
      return await app(request)
    } catch (error) {
      return asResponse(errorAnswer(error, request, 'none'), 'none')
    }
  }
}
