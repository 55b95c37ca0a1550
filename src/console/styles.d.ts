/** A style sheet is bundled; there is nothing to import from it. */
declare module '*.css'
