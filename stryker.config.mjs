/**
 * Mutation testing (docs/mutation.md): changes the code in one place at a time and expects a test to
 * fail. This is what all parts have in common; `scripts/mutation.mjs` runs them. It takes long, so it
 * is no part of `npm test`.
 */

export default {
  testRunner: 'vitest',
  coverageAnalysis: 'perTest',
  // What runs once when a file is loaded would need every test for each mutant.
  ignoreStatic: true,
  // What neither changed itself nor in its tests is taken from the run before.
  incremental: true,
  concurrency: 2,
  timeoutMS: 5_000,
  // Everything that is written goes into one folder, which git, and with it Biome, ignores.
  tempDirName: '.mutation/sandbox',
  // Without tsconfig.json, which Stryker would read with a function that TypeScript 7 no longer has.
  ignorePatterns: ['.mutation', '.clientry', 'bench', 'dist', 'docs', 'tsconfig.json'],
  reporters: ['progress', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
}
