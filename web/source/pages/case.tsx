// One case: what it is, its evidence with what runs now, and how much of each kind was found.
import { useCallback, useState } from 'preact/hooks'
import { api, ask, session, type Case, type Evidence, type Kind as KindRow } from '../api'
import { useEvents } from '../live'
import { useLoad, useRows } from '../load'
import { Dialog } from '../parts/dialog'
import { Choice, Field, Form } from '../parts/form'
import { CaseTabs, Page, Section } from '../parts/page'
import { isRead, paceOf, ProgressLine, useProgress, useWatch } from '../parts/progress'
import { Shown } from '../parts/states'
import { Stream, Table } from '../parts/table'
import { Country, Kind, StateTag, Tag } from '../parts/value'
import { Verbatim } from '../parts/verbatim'
import { address, go } from '../router'
import { named, number, size, t } from '../words'
import { handlings } from './cases'

export function CasePage({ reference }: { reference: string }) {
  const loaded = useLoad<Case>(api(['cases', reference]))
  const evidence = useRows<Evidence>(api(['cases', reference, 'evidence'], { limit: 100 }))
  const kinds = useLoad<{ rows: KindRow[] }>(api(['kinds'], { case: reference }))
  const [open, setOpen] = useState<'add' | 'change' | null>(null)
  const progress = useProgress()
  useEvents('evidence', useCallback(() => {
    evidence.again()
    kinds.again()
  }, [reference]))

  useWatch(evidence.rows.some(isRead), evidence.again)

  const person = session.get()!.person
  const own = loaded.data !== null && loaded.data.authority === person.authority.name
  const may = own && person.role === 'examiner'
  return (
    <Page title={reference} beside={may && <button type="button" onClick={() => setOpen('change')}>{t('case.change')}</button>}>
      <CaseTabs of={reference} />
      <Shown of={loaded}>{(data) => (
        <dl class="facts">
          <div class="broad"><dt>{t('column.title')}</dt><dd>{data.title || '–'}</dd></div>
          <div><dt>{t('column.authority')}</dt><dd><Country of={data.country} /> {data.authority || '–'}</dd></div>
          <div><dt>{t('column.handling')}</dt><dd><Tag>{named('handling', data.handling)}</Tag></dd></div>
          <div><dt>{t('column.retention')}</dt><dd>{data.retention ?? '–'}</dd></div>
        </dl>
      )}</Shown>
      <Section title={t('column.evidence')} beside={may && <button type="button" onClick={() => setOpen('add')}>{t('evidence.add')}</button>}>
        <Stream<Evidence> of={evidence} caption={t('column.evidence')} empty={may ? t('evidence.none_add') : t('evidence.none')} columns={[
          { head: t('column.evidence'), as: 'mono main', cell: (row) => <a href={address(['evidence', String(row.id)])}><Verbatim of={row.evidence} /></a> },
          { head: t('column.state'), cell: (row) => {
            const now = progress.get(row.id) ?? paceOf(row)
            return isRead(row) ? <ProgressLine of={now} /> : <StateTag of={row.state} />
          } },
          { head: t('column.format'), cell: (row) => row.format === null ? '–' : named('format', row.format) },
          { head: t('column.size'), as: 'number', cell: (row) => size(row.size) },
          { head: t('count.files'), as: 'number', cell: (row) => number(row.files) },
          { head: t('count.sightings'), as: 'number', cell: (row) => number(row.sightings) },
          { head: t('column.not_read'), as: 'number', cell: (row) => number(row.not_read) },
        ]} />
      </Section>
      <Section title={t('nav.findings')}>
        <Shown of={kinds}>{({ rows }) => (
          <Table<KindRow> caption={t('nav.findings')} rows={rows} columns={[
            { head: t('column.kind'), as: 'main', cell: (row) => <a href={address(['findings'], { case: reference, kind: row.kind })}><Kind of={row.kind} /></a> },
            { head: t('count.selectors'), as: 'number', cell: (row) => number(row.selectors) },
            { head: t('count.sightings'), as: 'number', cell: (row) => number(row.sightings) },
          ]} />
        )}</Shown>
      </Section>
      {open === 'add' && <AddEvidence reference={reference} close={() => setOpen(null)} />}
      {open === 'change' && loaded.data && (
        <ChangeCase of={loaded.data} close={() => setOpen(null)} done={() => {
          setOpen(null)
          loaded.again()
        }} />
      )}
    </Page>
  )
}

function AddEvidence({ reference, close }: { reference: string; close: () => void }) {
  const [path, setPath] = useState('')
  const [digests, setDigests] = useState(true)
  return (
    <Dialog title={t('evidence.add')} close={close}>
      <Form label={t('evidence.add')} button={t('evidence.analyse')} send={async () => {
        const added = await ask<{ id: number }>('POST', api(['cases', reference, 'evidence']), { path, digests })
        go(address(['evidence', String(added.id)]))
      }}>
        <Field label={t('evidence.path')} help={t('evidence.path_help')} required class="mono" value={path} onValue={setPath} />
        <label class="tick"><input type="checkbox" checked={digests} onChange={(event) => setDigests(event.currentTarget.checked)} /> {t('evidence.digests')}</label>
      </Form>
    </Dialog>
  )
}

function ChangeCase({ of, close, done }: { of: Case; close: () => void; done: () => void }) {
  const [form, setForm] = useState({ title: of.title, handling: of.handling, retention: of.retention ?? '' })
  const set = (name: keyof typeof form) => (value: string) => setForm({ ...form, [name]: value })
  return (
    <Dialog title={t('case.change')} close={close}>
      <Form label={t('case.change')} button={t('action.save')} send={async () => {
        await ask('PATCH', api(['cases', of.case]), { ...form, retention: form.retention || null })
        done()
      }}>
        <Field label={t('column.title')} value={form.title} onValue={set('title')} />
        <Choice label={t('column.handling')} value={form.handling} onValue={set('handling')} options={handlings.map((one) => [one, named('handling', one)])} />
        <Field label={t('column.retention')} help={t('case.retention_help')} type="date" value={form.retention} onValue={set('retention')} />
      </Form>
    </Dialog>
  )
}
