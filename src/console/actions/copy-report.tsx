/** What becomes of each setting of a client that is copied: what gets lost first. */

import type { ReactNode } from 'react'
import type { CopiedSetting, CopyReport } from '../../sdk/index.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible, VisibleJson } from '../frame/visible-text.tsx'

/** In the order in which someone who decides needs them. */
const PARTS = ['lost', 'derived', 'unread', 'new', 'left', 'carried'] as const

export function CopyReportView({ report }: { readonly report: CopyReport }): ReactNode {
  return PARTS.filter((part) => report[part].length > 0).map((part) => (
    <details key={part} className={`report ${part}`} open={part === 'lost' || part === 'derived'}>
      <summary>{TEXTS.copyParts[part](report[part].length)}</summary>
      <ul className="plain">
        {report[part].map((one) => (
          <li key={one.field}>
            <Setting setting={one} />
          </li>
        ))}
      </ul>
    </details>
  ))
}

function Setting({ setting }: { readonly setting: CopiedSetting }): ReactNode {
  const { field, before, after, removed, why } = setting
  return (
    <div>
      <code className="field-name">
        <Visible text={field} />
      </code>
      {before !== undefined && (
        <div className="line before">
          <span className="hidden">{TEXTS.before}: </span>
          <VisibleJson value={removed === undefined ? before : removed} />
        </div>
      )}
      {after !== undefined && (
        <div className="line after">
          <span className="hidden">{TEXTS.after}: </span>
          <VisibleJson value={after} />
        </div>
      )}
      {why !== undefined && (
        <p className="quiet">
          <Visible text={why} />
        </p>
      )}
    </div>
  )
}
