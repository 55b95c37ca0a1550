/** The version of the program, as the package has it; a test compares the two. */

export const VERSION = '0.1.0'
