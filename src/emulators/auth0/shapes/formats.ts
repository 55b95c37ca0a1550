/**
 * The string formats of the Management API's client schema. They are wider than URLs: application
 * settings may hold wildcards and placeholders (Auth0 docs, "Subdomain URL placeholders").
 */

/** Names as the OpenAPI file and recorded refusals spell them. */
export type Format =
  | 'callback-url'
  | 'url-with-placeholders'
  | 'url'
  | 'absolute-uri-or-empty'
  | 'absolute-https-uri-with-placeholders-or-empty'
  | 'absolute-https-uri'
  | 'date-time'

const PLACEHOLDER =
  /\{(organization_name|custom_domain\.metadata\.[\w-]+|organization\.metadata\.public_[\w-]+)\}/g

const FORMATS: Readonly<Record<Format, (value: string) => boolean>> = {
  'callback-url': isSettingUrl,
  'url-with-placeholders': isSettingUrl,
  url: (value) => isUrl(value, /^https?:$/),
  'absolute-uri-or-empty': (value) => value === '' || isUrl(value),
  'absolute-https-uri-with-placeholders-or-empty': (value) =>
    value === '' || isUrl(value.replace(PLACEHOLDER, 'x'), /^https:$/),
  'absolute-https-uri': (value) => isUrl(value, /^https:$/),
  'date-time': (value) => /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)),
}

/** Says whether the text is what the format asks for. */
export function hasFormat(format: Format, value: string): boolean {
  return FORMATS[format](value)
}

function isUrl(value: string, scheme?: RegExp): boolean {
  if (/\s/.test(value)) return false
  try {
    const { protocol } = new URL(value)
    return scheme === undefined || scheme.test(protocol)
  } catch {
    return false
  }
}

/** Any scheme; one `*`, http(s) only, in the left-most label, never beside `{organization_name}`. */
function isSettingUrl(value: string): boolean {
  const stars = value.split('*').length - 1
  if (stars > 0) {
    const inFirstLabel = /^https?:\/\/[^./*]*\*[^./*]*\.[^*]+$/.test(value)
    if (stars > 1 || !inFirstLabel || value.includes('{organization_name}')) return false
  }
  return isUrl(value.replaceAll('*', 'x').replace(PLACEHOLDER, 'x'))
}
