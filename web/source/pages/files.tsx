// Files of a case or of all, filtered by path, type, what is known of them, and whether they were deleted.
import { useState } from 'preact/hooks'
import { api, type File } from '../api'
import { useRows } from '../load'
import { Choice, Field, Filters } from '../parts/form'
import { CaseTabs, Page } from '../parts/page'
import { Stream } from '../parts/table'
import { CaseLink, Copy, KnownTag, Tag, Time } from '../parts/value'
import { go, place, withQuery } from '../router'
import { named, size, t } from '../words'

export function FilesPage() {
  const { query } = place.use()
  const reference = query.get('case')
  const asked = { case: reference, evidence: query.get('evidence'), path: query.get('path'), type: query.get('type'), known: query.get('known'), digest: query.get('digest'), allocated: query.get('allocated') }
  const files = useRows<File>(api(['files'], { ...asked, limit: 100 }))
  const [path, setPath] = useState(asked.path ?? '')
  const [type, setType] = useState(asked.type ?? '')
  const [digest, setDigest] = useState(asked.digest ?? '')
  return (
    <Page title={t('nav.files')}>
      {reference && <CaseTabs of={reference} />}
      <Filters label={t('files.filter')} send={() => go(withQuery({ path: path.trim(), type: type.trim(), digest: digest.trim() }))}>
        <Field label={t('column.path')} type="search" class="mono" value={path} onValue={setPath} />
        <Field label={t('column.type')} type="search" value={type} onValue={setType} placeholder="image/jpeg" />
        <Field label={t('files.digest')} type="search" class="mono" value={digest} onValue={setDigest} />
        <Choice label={t('files.known')} value={asked.known ?? ''} onValue={(known) => go(withQuery({ known }))}
          options={[['', t('files.any')], ...['bad', 'own', 'good'].map((one): [string, string] => [one, named('known', one)])]} />
        <Choice label={t('files.state')} value={asked.allocated ?? ''} onValue={(allocated) => go(withQuery({ allocated }))}
          options={[['', t('files.any')], ['true', named('allocation', 'allocated')], ['false', named('allocation', 'deleted')]]} />
      </Filters>
      <Stream<File> of={files} caption={t('nav.files')} empty={t('files.none')} marked={(row) => row.known === 'bad'} columns={[
        { head: t('column.path'), as: 'mono main', cell: (row) => <span class="path">{row.path} {!row.allocated && <Tag as="warn">{named('allocation', 'deleted')}</Tag>} <KnownTag of={row.known} /></span> },
        { head: t('column.case'), cell: (row) => <CaseLink of={row.case} />, if: !reference },
        { head: t('column.evidence'), as: 'mono', cell: (row) => <span class="nowrap">{row.evidence_id}</span>, if: !!reference },
        { head: t('column.size'), as: 'number', cell: (row) => size(row.size) },
        { head: t('column.type'), cell: (row) => row.type ?? '–' },
        { head: t('column.modified'), cell: (row) => <Time of={row.modified} /> },
        { head: 'SHA-256', as: 'mono', cell: (row) => row.sha256 ? <span class="nowrap"><abbr title={row.sha256}>{row.sha256.slice(0, 12)}…</abbr> <Copy text={row.sha256} what="SHA-256" /></span> : '–' },
      ]} />
    </Page>
  )
}
