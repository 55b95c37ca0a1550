/** A group of fields: what each holds, what it is, and why it cannot be changed here where it cannot. */

import { type ReactNode, useState } from 'react'
import type {
  Client,
  ClientAddress,
  FieldName,
  HistoryItem,
  Json,
  JsonObject,
  Permission,
  Provider,
} from '../../sdk/index.ts'
import { Time } from '../clients/columns.tsx'
import { TEXTS } from '../frame/texts.ts'
import { Visible, VisibleJson } from '../frame/visible-text.tsx'
import { useFindings } from './client-data.ts'
import type { Draft, FieldEdit } from './draft.ts'
import { FIELD_ROWS, fieldsOf, type GroupName } from './fields.ts'
import { ListField } from './list-field.tsx'
import { MembersField } from './members-field.tsx'
import { ValueEditor } from './value-editor.tsx'

export interface GroupProps {
  readonly address: ClientAddress
  readonly client: Client
  readonly provider: Provider | undefined
  readonly rights: readonly Permission[]
  readonly draft: Draft
  readonly history: readonly HistoryItem[]
  edit(field: FieldName, edit: FieldEdit | undefined): void
}

export function FieldGroup({ group, ...props }: GroupProps & { group: GroupName }): ReactNode {
  return (
    <section className="group" aria-labelledby={`group-${group}`}>
      <h2 id={`group-${group}`}>{TEXTS.groups[group]}</h2>
      <dl>
        {fieldsOf(group).map((field) => (
          <Field key={field} field={field} {...props} />
        ))}
      </dl>
    </section>
  )
}

function Field({ field, ...props }: GroupProps & { field: FieldName }): ReactNode {
  const { client, provider, rights, draft, edit } = props
  const { label, kind } = FIELD_ROWS[field]
  const { data: findings = [] } = useFindings(props.address)
  const capability: JsonObject = provider?.fields[field] ?? {}
  const why = reasonOf(field, capability, rights, provider !== undefined)
  const own = findings.filter(({ field: at }) => isAt(at, field))
  const value = (client as unknown as JsonObject)[field] ?? null
  const isMissing = capability.support === 'missing'
  const shared = {
    ...{ field, label, value, capability, why, findings: own, edit: draft[field] },
    ...{ address: props.address, history: props.history, provider },
    onEdit: (one: FieldEdit | undefined) => edit(field, one),
  }
  return (
    <div className={isMissing ? 'field is-missing' : 'field'}>
      <dt>
        <span className="label">{label}</span>
        <span className="quiet says">
          <code>{field}</code>{' '}
          {typeof capability.says === 'string' && <Visible text={capability.says} />}
        </span>
      </dt>
      <dd>
        {kind === 'list' && !isMissing ? (
          <ListField {...shared} />
        ) : (kind === 'map' || kind === 'settings') && !isMissing ? (
          <MembersField {...shared} />
        ) : (
          <Single {...shared} />
        )}
        {why !== undefined && <p className="quiet why">{why}</p>}
        {typeof capability.note === 'string' && (
          <p className="quiet">
            <Visible text={capability.note} />
          </p>
        )}
        {kind !== 'list' &&
          own.map(({ rule, message, severity }) => (
            <p key={`${rule} ${message}`} className={`finding ${severity}`}>
              <Visible text={message} />
            </p>
          ))}
      </dd>
    </div>
  )
}

/** Whether a finding is about a field; rules name it with `client.` before it. */
export const isAt = (at: string, field: FieldName): boolean =>
  new RegExp(`^(client\\.)?${field}($|[.[])`).test(at)

/** Why it cannot be changed here; `undefined`: it can. */
function reasonOf(
  field: FieldName,
  { support, reason, writable }: JsonObject,
  rights: readonly Permission[],
  isKnown: boolean,
): string | undefined {
  if (field === 'secret') return TEXTS.secretSays
  if (!isKnown) return TEXTS.loading
  const says = typeof reason === 'string' ? reason : ''
  if (support === 'missing') return `${TEXTS.missingHere} ${says}`
  if (writable !== true) return `${TEXTS.readOnlyHere} ${says}`
  return rights.includes('clients:write') ? undefined : TEXTS.noRight('clients:write')
}

interface SingleProps {
  readonly field: FieldName
  readonly label: string
  readonly value: Json
  readonly capability: JsonObject
  /** Why it cannot be changed here. */
  readonly why: string | undefined
  readonly edit: FieldEdit | undefined
  onEdit(edit: FieldEdit | undefined): void
}

/** A field of one value. */
function Single({ field, label, value, capability, why, edit, onEdit }: SingleProps): ReactNode {
  const [isOpen, setIsOpen] = useState(false)
  const { kind } = FIELD_ROWS[field]
  const isEdited = edit?.kind === 'set'
  if (isOpen && why === undefined) {
    return (
      <ValueEditor
        {...{ kind, label, capability }}
        value={isEdited ? edit.value : value}
        onDone={(next) => {
          setIsOpen(false)
          if (next !== undefined) onEdit({ kind: 'set', value: next })
        }}
      />
    )
  }
  return (
    <div className={isEdited ? 'value is-edited' : 'value'}>
      {isEdited && (
        <del>
          <Shown value={value} field={field} />
        </del>
      )}
      <Shown value={isEdited ? edit.value : value} field={field} />
      {why === undefined && (
        <button type="button" aria-label={TEXTS.changeNamed(label)} onClick={() => setIsOpen(true)}>
          {TEXTS.change}
        </button>
      )}
      {isEdited && (
        <button
          type="button"
          aria-label={TEXTS.undoEditNamed(label)}
          onClick={() => onEdit(undefined)}
        >
          {TEXTS.undoEdit}
        </button>
      )}
    </div>
  )
}

function Shown({ value, field }: { readonly value: Json; readonly field: FieldName }): ReactNode {
  const { kind } = FIELD_ROWS[field]
  if (kind === 'secret') return <em>{TEXTS.notShown}</em>
  if (value === null || value === '') return <em>{TEXTS.none}</em>
  if (typeof value === 'boolean') return value ? TEXTS.yes : TEXTS.no
  if (kind === 'time' && typeof value === 'string') return <Time time={value} />
  if (kind === 'seconds') return <span>{String(value)} s</span>
  return (
    <span className="text">
      <VisibleJson value={value} />
    </span>
  )
}
