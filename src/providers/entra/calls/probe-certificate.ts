/** A certificate with which a rule is tried on an application made for that; its private key was thrown away. */

import type { JsonObject } from '../../../core/json/json.ts'

/** DER, base64. */
const KEY = [
  'MIIDFTCCAf2gAwIBAgIUT6EQKXZZ5igp46b4fqGF1UiS4s8wDQYJKoZIhvcNAQELBQAwGTEXMBUGA1UEAwwOY2xpZW50cnkt',
  'cHJvYmUwIBcNMjYxMTMwMTgzNDQ4WhgPMjEyNjExMDYxODM0NDhaMBkxFzAVBgNVBAMMDmNsaWVudHJ5LXByb2JlMIIBIjAN',
  'BgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAw2CnjMqCWhaWxvXVElqIuXm7Jscb1vxthZ7aj4nhTrdeRyxKm2mvzfjWB7uU',
  '/XroxjiT/topVCf4UO4GPuHpmpa/i0AOJYgm8Hr/a5W7+RiQHUD5JV9fnXfLAsUVYo5sRRdSNg3l5QdakaLLgYDqAkshlnpN',
  'csQWhII+JP70wsViKvVJCuQbq1x6Z0X7UYjBbECqIcz0j9k+ePvACmLR2JRuqWE9HUO+ACX+/JQiKPAMz1KWOvm/oE1GYHVf',
  'H7QYV6uc76ylFCEHBuilgNGM19wTvX+xETAjsAfTnb3pUNlwtJrOZIer054vBWt6301PqG0yp+fDbLPKR8QV4UVPSwIDAQAB',
  'o1MwUTAdBgNVHQ4EFgQUynxX0ZMISjVFIo8KDUz6LWIK98swHwYDVR0jBBgwFoAUynxX0ZMISjVFIo8KDUz6LWIK98swDwYD',
  'VR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEARvDn7h1XH+q24RIaG3wqCuBm+LLCCUy7yakCltq+SfV0Ay4vJ9Ko',
  'inz40HAx+VaClrPyaFnTomxZjA0NNNn6NnizyU+7twIY8rLIoVuQlr9rTjVL8sfX8IJ3tSHQ/Gq1w6RG60RT/eOMh105MstB',
  '4IDTw8EyNdhSiygpw2fZKehTWp203khdLAsP/yOHZcfXPg/zU9Oo9RA+gf51pagD3EBQmZ/4kxoYvpdKV+7mGH4ssTDZsw/W',
  'cHul72a51y+vqJmH5Fc14IreXFMWfkfpR1MslYlQAzmgUNQ5cURy0QXbDTD/zckFrhA577puQSvHzzaLxZtERi95+OIZzSUi',
  'Kg==',
].join('')

/** As Microsoft Graph shows it (keyCredential): without its key. */
const SHOWN: JsonObject = {
  customKeyIdentifier: 'F6816D87CCC2C9EE3EB5B97AFD8F1D551FF325B4',
  displayName: 'CN=clientry-probe',
  endDateTime: '2126-11-06T18:34:48Z',
  key: null,
  keyId: '6f1f0f5c-2f0e-4b8e-9a54-3f6b9b1f2c11',
  startDateTime: '2026-11-30T18:34:48Z',
  type: 'AsymmetricX509Cert',
  usage: 'Verify',
}
const { customKeyIdentifier: _, ...SENT_BACK } = SHOWN

/** Of one certificate: what is sent to add it, what is sent to keep it, and what is shown. */
export const PROBE_CERTIFICATE = {
  added: { ...SENT_BACK, key: KEY },
  sentBack: SENT_BACK,
  shown: SHOWN,
} as const
