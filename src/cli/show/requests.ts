/** Requests for approval as people read them. */

import type { ApprovalRequest } from '../../sdk/types.ts'
import { plain, type Terminal } from '../terminal.ts'
import { counted, nameOf, showChanges } from './show.ts'

/** A request with what it changes. */
export function showRequest(terminal: Terminal, request: ApprovalRequest): void {
  const { id, state, operation, client, submittedBy, submittedAt, expiresAt } = request
  const { job, changes = [], withheld, decidedBy, comment, operationId, code } = request
  terminal.print(`${terminal.style('strong', plain(id))} ${plain(state)}`)
  const where = job === undefined ? nameOf({ ...client, id: client.id ?? '' }) : jobText(job)
  terminal.print(`  ${plain(operation)} ${where}`)
  terminal.print(`  submitted ${plain(submittedAt)} by ${plain(submittedBy.subject)}`)
  if (state === 'pending') terminal.print(`  expires ${plain(expiresAt)}`)
  if (decidedBy !== undefined) terminal.print(`  decided by ${plain(decidedBy.subject)}`)
  if (comment !== undefined) terminal.print(`  ${plain(comment)}`)
  if (code !== undefined) terminal.print(`  failed: ${plain(code)}`)
  if (withheld) terminal.print('  what it changes is not shown: you may not read the client')
  showChanges(terminal, changes)
  if (operationId !== undefined) {
    terminal.print(terminal.style('faint', `  operation ${plain(operationId)}`))
  }
  if (state === 'pending') terminal.print(`  next: clientry approve ${plain(id)}`)
}

/** A job, how many clients it would change, and where. */
const jobText = ({ id, clients, providers }: NonNullable<ApprovalRequest['job']>): string =>
  `${plain(id)} (${counted(clients, 'client')} at ${providers.map(plain).join(', ')})`
