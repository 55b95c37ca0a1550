/** What every call of a control route has (docs/emulators.md). */
export const CONTROL_HEADERS = { 'content-type': 'application/json', 'x-emulator-control': '1' }
