// What cases have in common: selectors by their weight, and the networks that they make of cases.
import { api, type Link, type Network } from '../api'
import { useRows } from '../load'
import { CaseTabs, Page, Section } from '../parts/page'
import { Stream } from '../parts/table'
import { CaseList, Countries, Kind, Weight } from '../parts/value'
import { Verbatim } from '../parts/verbatim'
import { address, place } from '../router'
import { number, t, weight } from '../words'

export function LinksPage() {
  const reference = place.use().query.get('case')
  const networks = useRows<Network>(api(['networks'], { case: reference, limit: 100 }))
  const links = useRows<Link>(api(['links'], { case: reference, limit: 100 }))
  return (
    <Page title={t('nav.links')} lead={t('links.lead')}>
      {reference && <CaseTabs of={reference} />}
      <Section title={t('links.networks')}>
        <Stream<Network> of={networks} caption={t('links.networks')} empty={t('links.no_networks')} columns={[
          { head: t('column.cases'), as: 'main', cell: (row) => <CaseList of={row.cases} most={8} /> },
          { head: t('column.countries'), cell: (row) => <Countries of={row.countries} /> },
          { head: t('count.selectors'), as: 'number', cell: (row) => number(row.selectors) },
          { head: t('links.sum'), as: 'number', cell: (row) => weight(row.weight) },
          { head: t('nav.network'), cell: (row) => <a href={address(['network'], { case: row.cases[0] })}>{t('action.look')}</a> },
        ]} />
      </Section>
      <Section title={t('links.selectors')}>
        <Stream<Link> of={links} caption={t('links.selectors')} empty={t('links.none')} columns={[
          { head: t('column.value'), as: 'mono main', cell: (row) => row.id ? <a href={address(['selectors', row.id])}><Verbatim of={row.value} /></a> : <Verbatim of={row.value} /> },
          { head: t('column.kind'), cell: (row) => <Kind of={row.kind} /> },
          { head: t('column.cases'), cell: (row) => <CaseList of={row.cases} /> },
          { head: t('column.countries'), cell: (row) => <Countries of={row.countries} /> },
          { head: t('column.weight'), as: 'number', cell: (row) => <Weight of={row.weight} /> },
          { head: t('count.sightings'), as: 'number', cell: (row) => number(row.sightings) },
        ]} />
      </Section>
    </Page>
  )
}
