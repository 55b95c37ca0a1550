/** What the pages of the providers say of the last agreement with a published model. */

export type Compared = 'auth0' | 'cognito'

export interface Agreement {
  readonly version: string
  /** The day of the comparison. */
  readonly date: string
}

const SOURCES: Readonly<Record<Compared, string>> = {
  auth0: 'the types of npm `auth0`',
  cognito: 'the model of cognito-idp in `botocore`',
}

/** The sentence of a page. */
export function sentenceOf(provider: Compared, { version, date }: Agreement): string {
  return `On ${date} our tables agreed with ${SOURCES[provider]} ${version} (\`npm run models\`).`
}

/** The page with its sentence replaced. */
export function withSentence(page: string, sentence: string): string {
  return page.replace(/^On [\d-]+ our tables agreed with .+$/m, () => sentence)
}
