// Cases that one may read, and a new one for who may open one.
import { useState } from 'preact/hooks'
import { ask, session, type Case } from '../api'
import { useRows } from '../load'
import { Dialog } from '../parts/dialog'
import { Choice, Field, Form } from '../parts/form'
import { Page } from '../parts/page'
import { Stream } from '../parts/table'
import { CaseLink, Country, Tag } from '../parts/value'
import { address, go } from '../router'
import { named, number, t } from '../words'

export const handlings = ['free', 'hit', 'own']

export function CasesPage() {
  const cases = useRows<Case>('/api/cases?limit=100')
  const [adding, setAdding] = useState(false)
  const may = session.get()!.person.role === 'examiner'
  return (
    <Page title={t('nav.cases')} beside={may && <button type="button" onClick={() => setAdding(true)}>{t('case.new')}</button>}>
      <Stream<Case> of={cases} caption={t('nav.cases')} empty={t('case.none')} columns={[
        { head: t('column.case'), as: 'mono main', cell: (row) => <CaseLink of={row.case} /> },
        { head: t('column.country'), cell: (row) => <Country of={row.country} /> },
        { head: t('column.title'), as: 'wide', cell: (row) => row.title },
        { head: t('column.authority'), cell: (row) => row.authority },
        { head: t('column.handling'), cell: (row) => <Tag>{named('handling', row.handling)}</Tag> },
        { head: t('column.retention'), cell: (row) => <span class="nowrap">{row.retention ?? '–'}</span> },
        { head: t('column.evidence'), as: 'number', cell: (row) => number(row.evidence) },
      ]} />
      {adding && <NewCase close={() => setAdding(false)} />}
    </Page>
  )
}

function NewCase({ close }: { close: () => void }) {
  const [form, setForm] = useState({ case: '', title: '', handling: 'free', retention: '' })
  const set = (name: keyof typeof form) => (value: string) => setForm({ ...form, [name]: value })
  return (
    <Dialog title={t('case.new')} close={close}>
      <Form label={t('case.new')} button={t('case.open')} send={async () => {
        const { retention, ...rest } = form
        await ask('POST', '/api/cases', retention ? { ...rest, retention } : rest)
        go(address(['cases', form.case]))
      }}>
        <Field label={t('column.case')} help={t('case.reference_help')} required value={form.case} onValue={set('case')} />
        <Field label={t('column.title')} value={form.title} onValue={set('title')} />
        <Choice label={t('column.handling')} value={form.handling} onValue={set('handling')} options={handlings.map((one) => [one, named('handling', one)])} />
        <Field label={t('column.retention')} help={t('case.retention_help')} type="date" value={form.retention} onValue={set('retention')} />
      </Form>
    </Dialog>
  )
}
