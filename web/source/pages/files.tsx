// Files of a case or of all, filtered by path, type, time, what is known of them, and whether they were deleted.
import { useState } from 'preact/hooks'
import { api, type File } from '../api'
import { useRows } from '../load'
import { Choice, Field, Filters } from '../parts/form'
import { CaseTabs, Page } from '../parts/page'
import { Stream } from '../parts/table'
import { CaseLink, Copy, KnownTag, Tag, Time } from '../parts/value'
import { Verbatim } from '../parts/verbatim'
import { go, place, withQuery } from '../router'
import { remember, remembered } from '../state'
import { named, size, t } from '../words'

const times = ['created', 'modified', 'changed', 'accessed'] as const

export function FilesPage() {
  const { query } = place.use()
  const reference = query.get('case')
  const asked = {
    case: reference, evidence: query.get('evidence'), path: query.get('path'), type: query.get('type'), known: query.get('known'),
    digest: query.get('digest'), allocated: query.get('allocated'), from: query.get('from'), to: query.get('to'),
  }
  const files = useRows<File>(api(['files'], { ...asked, limit: 100 }))
  const [path, setPath] = useState(asked.path ?? '')
  const [type, setType] = useState(asked.type ?? '')
  const [digest, setDigest] = useState(asked.digest ?? '')
  const [from, setFrom] = useState(asked.from ?? '')
  const [to, setTo] = useState(asked.to ?? '')
  const [allTimes, setAllTimes] = useState(remembered('file-times') === 'all')
  return (
    <Page title={t('nav.files')}>
      {reference && <CaseTabs of={reference} />}
      <Filters label={t('files.filter')} send={() => go(withQuery({ path: path.trim(), type: type.trim(), digest: digest.trim(), from, to }))}>
        <Field label={t('column.path')} type="search" class="mono" value={path} onValue={setPath} />
        <Field label={t('column.type')} type="search" value={type} onValue={setType} placeholder="image/jpeg" />
        <Field label={t('files.digest')} type="search" class="mono" value={digest} onValue={setDigest} />
        <Field label={t('files.from')} type="date" value={from.slice(0, 10)} onValue={setFrom} />
        <Field label={t('files.to')} type="date" value={to.slice(0, 10)} onValue={setTo} />
        <Choice label={t('files.known')} value={asked.known ?? ''} onValue={(known) => go(withQuery({ known }))}
          options={[['', t('files.any')], ...['bad', 'own', 'good'].map((one): [string, string] => [one, named('known', one)])]} />
        <Choice label={t('files.state')} value={asked.allocated ?? ''} onValue={(allocated) => go(withQuery({ allocated }))}
          options={[['', t('files.any')], ['true', named('allocation', 'allocated')], ['false', named('allocation', 'deleted')]]} />
      </Filters>
      <label class="tick">
        <input type="checkbox" checked={allTimes} onChange={(event) => {
          remember('file-times', event.currentTarget.checked ? 'all' : null)
          setAllTimes(event.currentTarget.checked)
        }} /> {t('files.all_times')}
      </label>
      <Stream<File> of={files} caption={t('nav.files')} empty={t('files.none')} marked={(row) => row.known === 'bad'} columns={[
        { head: t('column.path'), as: 'mono main wide', cell: (row) => <span class="path"><Verbatim of={row.path} /> {!row.allocated && <Tag as="warn">{named('allocation', 'deleted')}</Tag>} <KnownTag of={row.known} /></span> },
        { head: t('column.case'), cell: (row) => <CaseLink of={row.case} />, if: !reference },
        { head: t('column.evidence'), as: 'mono short', cell: (row) => row.evidence_id, if: !!reference },
        { head: t('column.size'), as: 'number', cell: (row) => size(row.size) },
        { head: t('column.type'), as: 'narrow', cell: (row) => row.type ? <Verbatim of={row.type} /> : '–' },
        { head: t('column.modified'), cell: (row) => <Time of={row.modified} />, if: !allTimes },
        { head: t('column.times'), cell: (row) => <Times of={row} />, if: allTimes },
        { head: 'SHA-256', as: 'mono short', cell: (row) => row.sha256 ? <><abbr title={row.sha256}>{row.sha256.slice(0, 8)}…</abbr> <Copy text={row.sha256} what="SHA-256" /></> : '–' },
      ]} />
    </Page>
  )
}

/** Those that the file system knows. */
function Times({ of }: { of: File }) {
  const known = times.filter((what) => of[what])
  if (known.length === 0) return <>–</>
  return <dl class="times">{known.map((what) => <><dt>{named('time', what)}</dt><dd><Time of={of[what]} /></dd></>)}</dl>
}
