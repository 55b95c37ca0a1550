/** The GitHub Action, as a runner starts it. */

import { takeEnvironment } from '../config/environment.ts'
import { runAction } from './action.ts'

/** Tokens of the job, and what else is meant for the action: no file that it reads can name them. */
const environment = takeEnvironment((name) => /^(ACTIONS_|INPUT_|GITHUB_TOKEN$)/.test(name))

process.exitCode = await runAction(environment, { output: process.stdout, errors: process.stderr })
