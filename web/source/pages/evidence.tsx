// One item of evidence: how far it is, its digests beside those of its acquisition, volumes, what is encrypted, what was not
// read. A spot of it can be looked at (#offset).
import { useCallback, useEffect, useState } from 'preact/hooks'
import { api, type Evidence, type Gap, type Progress, type Volume } from '../api'
import { useEvents } from '../live'
import { useLoad } from '../load'
import { Filters, Field } from '../parts/form'
import { Hex } from '../parts/hex'
import { CaseTabs, Page, Section } from '../parts/page'
import { isRead, paceOf, ProgressBox, useProgress, useWatch } from '../parts/progress'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/table'
import { Copy, StateTag, Tag } from '../parts/value'
import { Verbatim, visible } from '../parts/verbatim'
import { address } from '../router'
import { named, number, size, t, tn } from '../words'

export function EvidencePage({ id }: { id: string }) {
  const loaded = useLoad<Evidence>(api(['evidence', id]))
  const progress = useProgress().get(Number(id))
  useEvents('evidence', useCallback((event: Progress) => {
    if (event.id === Number(id)) loaded.again()
  }, [id]))
  useWatch(loaded.data !== null && isRead(loaded.data), loaded.again)
  // When all is read, what is shown is read anew.
  const all = progress !== undefined && progress.state !== 'new' && progress.state !== 'mapped'
  useEffect(() => {
    if (all) loaded.again()
  }, [all])
  return (
    <Page title={loaded.data ? visible(loaded.data.evidence) : t('column.evidence')} beside={loaded.data && <StateTag of={loaded.data.state} />}>
      <Shown of={loaded}>{(data) => (
        <>
          <CaseTabs of={data.case} />
          {isRead(data) && <ProgressBox of={progress ?? paceOf(data)} />}
          <p class="unseen" role="status">{data.state === 'complete' ? t('evidence.is_complete') : ''}</p>
          {data.problem && <p class="note bad"><Verbatim of={data.problem} /></p>}
          <Facts of={data} />
          {!isFolder(data) && <Digests of={data} />}
          {!isFolder(data) && <Volumes of={data.volumes} />}
          {!isRead(data) && <Gaps of={data.gaps} id={data.id} />}
          {!isFolder(data) && <Spot id={id} size={data.size} />}
        </>
      )}</Shown>
    </Page>
  )
}

/** A folder has files, each with digests of its own; it has no bytes, digests or volumes itself. */
const isFolder = (of: Evidence) => of.format === 'folder'
const formatOf = (of: Evidence) => of.format === null ? '–' : named('format', of.format)

const Facts = ({ of }: { of: Evidence }) => (
  <dl class="facts">
    <div><dt>{t('column.identifier')}</dt><dd class="mono">{of.evidence_id}</dd></div>
    <div><dt>{t('column.format')}</dt><dd>{formatOf(of)}</dd></div>
    <div><dt>{t('column.size')}</dt><dd>{size(of.size)} {of.size !== null && <span class="soft">({t('evidence.bytes', { n: of.size })})</span>}</dd></div>
    <div><dt>{t('count.files')}</dt><dd><a href={address(['files'], { case: of.case, evidence: of.id })}>{number(of.files)}</a></dd></div>
    <div><dt>{t('count.sightings')}</dt><dd><a href={address(['findings'], { case: of.case })}>{number(of.sightings)}</a></dd></div>
    <div><dt>{t('column.not_read')}</dt><dd>{isRead(of) ? '–' : of.not_read > 0 ? <Tag as="warn">{tn('evidence.ranges', of.not_read)}</Tag> : t('evidence.all_read')}</dd></div>
    <div class="broad"><dt>{t('evidence.paths')}</dt><dd class="mono">{of.paths.map((path) => <div key={path}><Verbatim of={path} /></div>)}</dd></div>
    {of.terms.length > 0 && <div class="broad"><dt>{t('evidence.terms')}</dt><dd class="mono">{of.terms.map((term) => <div key={term}><Verbatim of={term} /></div>)}</dd></div>}
  </dl>
)

function Digests({ of }: { of: Evidence }) {
  const rows = ([['MD5', of.md5, of.recorded_md5], ['SHA-1', of.sha1, of.recorded_sha1], ['SHA-256', of.sha256, null]] as const)
    .filter(([, digest, recorded]) => digest || recorded)
  return (
    <Section title={t('digest.title')} beside={of.verified === null ? undefined : <Tag as={of.verified ? 'good' : 'bad'}>{t(of.verified ? 'digest.same' : 'digest.differs')}</Tag>}>
      {rows.length === 0 ? <Empty>{t(isRead(of) ? 'digest.not_yet' : 'digest.none')}</Empty> : (
        <Table caption={t('digest.title')} rows={rows as unknown as [string, string | null, string | null][]} columns={[
          { head: t('digest.name'), as: 'main', cell: ([name]) => name },
          { head: t('digest.computed'), as: 'mono', cell: ([name, digest]) => digest ? <>{digest} <Copy text={digest} what={name} /></> : '–' },
          { head: t('digest.recorded'), as: 'mono', cell: ([, digest, recorded]) => recorded === null ? '–' : recorded === digest ? t('digest.the_same') : recorded },
        ]} />
      )}
    </Section>
  )
}

/** What has no length is none. */
const Volumes = ({ of: all }: { of: Volume[] }) => {
  const of = all.filter((one) => one.length > 0)
  return (
    <Section title={t('volume.title')}>
      {of.length === 0 ? <Empty>{t('volume.none')}</Empty> : (
        <Table<Volume> caption={t('volume.title')} rows={of} columns={[
          { head: t('volume.number'), as: 'main', cell: (row) => number(row.number) },
          { head: t('volume.file_system'), cell: (row) => row.encryption ? <Tag as="warn">{t('volume.encrypted', { how: visible(row.encryption) })}</Tag> : row.file_system ? <Verbatim of={row.file_system} /> : t('volume.no_file_system') },
          { head: t('column.description'), as: 'wide', cell: (row) => row.description ? <Verbatim of={row.description} /> : '–' },
          { head: t('volume.start'), as: 'number', cell: (row) => number(row.start) },
          { head: t('column.size'), as: 'number', cell: (row) => size(row.length) },
        ]} />
      )}
    </Section>
  )
}

const Gaps = ({ of, id }: { of: Gap[]; id: number }) => (
  <Section title={t('gap.title')}>
    {of.length === 0 ? <Empty>{t('gap.none')}</Empty> : (
      <Table<Gap> caption={t('gap.title')} rows={of} columns={[
        { head: t('gap.what'), as: 'main', cell: (row) => <Tag as={row.read ? undefined : 'warn'}>{t(row.read ? 'gap.not_decoded' : 'gap.not_read')}</Tag> },
        { head: t('volume.start'), as: 'number', cell: (row) => row.start === null ? '–' : <a href={address(['evidence', String(id)], { at: row.start })}>{number(row.start)}</a> },
        { head: t('column.size'), as: 'number', cell: (row) => size(row.length) },
        { head: t('column.file'), as: 'mono', cell: (row) => row.file ? <Verbatim of={row.file} /> : '–' },
        { head: t('column.path'), as: 'mono', cell: (row) => row.path ? <Verbatim of={row.path} /> : '–' },
        { head: t('gap.reason'), as: 'wide', cell: (row) => <Verbatim of={row.reason} /> },
      ]} />
    )}
  </Section>
)

/** The bytes of a place that one names. */
function Spot({ id, size: all }: { id: string; size: number | null }) {
  const asked = Number(new URLSearchParams(location.search).get('at') ?? NaN)
  const [text, setText] = useState(Number.isNaN(asked) ? '' : String(asked))
  const [offset, setOffset] = useState(Number.isNaN(asked) ? null : asked)
  return (
    <Section title={t('hex.title')}>
      <Filters label={t('hex.title')} send={() => {
        const at = Number(text.trim())
        setOffset(text.trim() !== '' && Number.isSafeInteger(at) && at >= 0 ? at : null)
      }}>
        <Field label={t('hex.where')} help={t('hex.where_help')} class="mono" value={text} onValue={setText} />
      </Filters>
      {offset !== null && <Hex evidence={id} offset={offset} length={1} size={all} />}
    </Section>
  )
}
