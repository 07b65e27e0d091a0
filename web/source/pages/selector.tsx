// One selector: every place where it was seen with the way to get there and the bytes themselves, and who else has it.
import { useState } from 'preact/hooks'
import { api, session, type SelectorPage as Told, type Sighting } from '../api'
import { useLoad, useRows } from '../load'
import { Elsewhere, Reveal } from '../parts/asking'
import { Dialog } from '../parts/dialog'
import { Hex } from '../parts/hex'
import { Page, Section } from '../parts/page'
import { Empty, Shown } from '../parts/states'
import { Stream } from '../parts/table'
import { CaseLink, CaseList, Copy, Countries, Country, Kind, KnownTag, Tag } from '../parts/value'
import { Verbatim } from '../parts/verbatim'
import { address } from '../router'
import { named, number, t } from '../words'

const askers = ['analyst', 'liaison']

export function SelectorPage({ id }: { id: string }) {
  const loaded = useLoad<Told>(api(['selectors', id]))
  const role = session.get()!.person.role
  return (
    <Page title={loaded.data ? named('kind', loaded.data.kind) : t('selector.title')}>
      <Shown of={loaded}>{(data) => (
        <>
          <p class="value-line"><Reveal id={id} value={data.value} /></p>
          <dl class="facts">
            <div><dt>{t('column.kind')}</dt><dd><Kind of={data.kind} /> {data.stopped && <Tag>{t('selector.stopped')}</Tag>}</dd></div>
            <div><dt>{t('count.sightings')}</dt><dd>{number(data.sightings)}</dd></div>
            <div><dt>{t('column.countries')}</dt><dd>{data.countries.length ? <Countries of={data.countries} /> : '–'}</dd></div>
            <div class="broad"><dt>{t('column.cases')}</dt><dd>{data.cases.length ? <CaseList of={data.cases} most={12} /> : '–'}</dd></div>
          </dl>
          <Section title={t('selector.elsewhere')}>
            {data.elsewhere.length === 0 ? <Empty>{t('selector.nowhere')}</Empty>
              : <Elsewhere selector={id} hits={data.elsewhere} may={askers.includes(role)} />}
          </Section>
          <Section title={t('selector.places')} beside={<a class="button" href={address(['network'], { focus: id })}>{t('selector.network')}</a>}>
            <Places selector={id} value={data.value} />
          </Section>
        </>
      )}</Shown>
    </Page>
  )
}

function Places({ selector, value }: { selector: string; value: string }) {
  const places = useRows<Sighting>(api(['sightings'], { selector, limit: 100 }))
  const [spot, setSpot] = useState<Sighting | null>(null)
  return (
    <>
      <Stream<Sighting> of={places} caption={t('selector.places')} empty={t('selector.no_places')} columns={[
        { head: t('column.case'), as: 'main', cell: (row) => <><Country of={row.country} /> <CaseLink of={row.case} /></> },
        { head: t('column.file'), as: 'mono', cell: (row) => <span class="path">{row.file === null ? '–' : <Verbatim of={row.file} />} <KnownTag of={row.known} /></span> },
        { head: t('column.place'), cell: (row) => <Tag>{named('allocation', row.allocation)}</Tag> },
        { head: t('column.forensic_path'), as: 'mono', cell: (row) => (
          <span class="path"><Verbatim of={row.path} /> <Copy text={`${row.evidence_id} ${row.path}`} what={t('column.path')} /></span>
        ) },
        { head: t('column.encoding'), cell: (row) => row.encoding },
        { head: t('column.context'), as: 'wide', cell: (row) => <span class="context"><Verbatim of={row.context} mark={value} /></span> },
        { head: t('hex.bytes'), cell: (row) => row.offset === null ? '–'
          : <button type="button" aria-label={t('hex.show', { at: row.offset })} onClick={() => setSpot(row)}>{t('action.look')}</button> },
      ]} />
      {spot && spot.offset !== null && (
        <Dialog title={t('hex.of', { evidence: spot.evidence_id })} close={() => setSpot(null)}>
          <dl class="facts">
            <div class="broad"><dt>{t('column.forensic_path')}</dt><dd class="mono"><Verbatim of={spot.path} /></dd></div>
            {spot.file && <div class="broad"><dt>{t('column.file')}</dt><dd class="mono"><Verbatim of={spot.file} /></dd></div>}
          </dl>
          {/^\d+$/.test(spot.path) ? null : <p class="note">{t('hex.container')}</p>}
          <Hex evidence={spot.item} offset={spot.offset} length={lengthOf(spot)} />
        </Dialog>
      )}
    </>
  )
}

/** As many bytes as the value has, where it stands as it is; of a container its first. */
const lengthOf = (of: Sighting) =>
  /^\d+$/.test(of.path) ? new TextEncoder().encode(of.value).length * (of.encoding === 'utf-8' ? 1 : 2) : 1
