// A report for the court file: one page that needs nothing else, with digests and how each finding can be reproduced.
import { api, type Case, type Network } from '../api'
import { useRows } from '../load'
import { CaseTabs, Page, Section } from '../parts/page'
import { Stream } from '../parts/table'
import { CaseLink, CaseList, Countries, Country } from '../parts/value'
import { place } from '../router'
import { number, t } from '../words'

export function ReportPage() {
  const reference = place.use().query.get('case')
  return (
    <Page title={t('nav.report')} lead={t('report.lead')}>
      {reference ? (
        <>
          <CaseTabs of={reference} />
          <p class="buttons"><Open href={api(['report'], { case: reference })} name={reference} what={reference} /></p>
        </>
      ) : <Choose />}
    </Page>
  )
}

/** Opened in a tab of its own, or kept as a file. */
const Open = ({ href, name, what }: { href: string; name: string; what: string }) => (
  <span class="buttons">
    <a class="button" href={href} target="_blank" rel="noopener" aria-label={t('report.open_of', { what })}>{t('report.open')}</a>
    <a class="button" href={href} download={`${name}.html`} aria-label={t('report.save_of', { what })}>{t('report.save')}</a>
  </span>
)

function Choose() {
  const cases = useRows<Case>(api(['cases'], { limit: 100 }))
  const networks = useRows<Network>(api(['networks'], { limit: 100 }))
  return (
    <>
      <Section title={t('links.networks')}>
        <Stream<Network> of={networks} caption={t('links.networks')} empty={t('links.no_networks')} columns={[
          { head: t('column.cases'), as: 'main', cell: (row) => <CaseList of={row.cases} most={6} /> },
          { head: t('column.countries'), cell: (row) => <Countries of={row.countries} /> },
          { head: t('count.selectors'), as: 'number', cell: (row) => number(row.selectors) },
          { head: t('nav.report'), cell: (row) => <Open href={api(['report'], { network: row.cases[0] })} name={`network-${row.cases[0]}`} what={row.cases.join(', ')} /> },
        ]} />
      </Section>
      <Section title={t('nav.cases')}>
        <Stream<Case> of={cases} caption={t('nav.cases')} empty={t('case.none')} columns={[
          { head: t('column.case'), as: 'main', cell: (row) => <CaseLink of={row.case} /> },
          { head: t('column.country'), cell: (row) => <Country of={row.country} /> },
          { head: t('column.title'), as: 'wide', cell: (row) => row.title },
          { head: t('nav.report'), cell: (row) => <Open href={api(['report'], { case: row.case })} name={row.case} what={row.case} /> },
        ]} />
      </Section>
    </>
  )
}
