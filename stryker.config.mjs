/**
 * Mutation testing (docs/internals/mutation.md): changes the code in one place at a time and expects a test to
 * fail. This is what all parts have in common; `scripts/mutation.mjs` runs them. It takes long, so it
 * is no part of `npm test`.
 */

export default {
  testRunner: 'vitest',
  coverageAnalysis: 'perTest',
  // What runs once when a file is loaded would need every test for each mutant.
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 20_000,
  // Everything that is written goes into one folder, which git, and with it Biome, ignores.
  tempDirName: '.mutation/sandbox',
  // Without tsconfig.json, which Stryker would read with a function that TypeScript 7 no longer has.
  ignorePatterns: ['.mutation', '.clientry', 'bench', 'dist', 'docs', 'tsconfig.json'],
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: '.mutation/report.json' },
  // `scripts/mutation.mjs` compares each file with the page.
  thresholds: { high: 95, low: 92, break: null },
}
