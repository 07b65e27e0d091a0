// All pages: their addresses, who may open them, and where they stand in the menu. The server decides what one may do; this
// only spares people pages that would answer nothing.
import type { ComponentType } from 'preact'
import type { Role } from './api'
import { AccountPage } from './pages/account'
import { AuditPage } from './pages/audit'
import { CasePage } from './pages/case'
import { CasesPage } from './pages/cases'
import { EnterPage } from './pages/enter'
import { EvidencePage } from './pages/evidence'
import { FilesPage } from './pages/files'
import { FindingsPage } from './pages/findings'
import { LinksPage } from './pages/links'
import { NetworkPage } from './pages/network'
import { OverviewPage } from './pages/overview'
import { PeoplePage } from './pages/people'
import { ReportPage } from './pages/report'
import { RequestsPage } from './pages/requests'
import { SearchPage } from './pages/search'
import { SelectorPage } from './pages/selector'
import { SetUpPage } from './pages/set_up'
import { SignInPage } from './pages/sign_in'
import { TimelinePage } from './pages/timeline'
import type { Key } from './words'

/** For who has not signed in. One-time links carry their token behind the #, so that no server's log ever holds it. */
export const outside: { path: string; hash?: string; page: ComponentType }[] = [
  { path: '/setup', hash: 'setup=', page: SetUpPage },
  { path: '/enter', hash: 'link=', page: EnterPage },
  { path: '/sign-in', page: SignInPage },
]

const readers: Role[] = ['examiner', 'analyst', 'liaison']
const askers: Role[] = [...readers, 'partner']
const all: Role[] = [...askers, 'auditor', 'administrator']

interface PageRow { path: string; page: ComponentType<any>; roles: Role[] }

export const inside: PageRow[] = [
  { path: '', page: OverviewPage, roles: all },
  { path: '/cases', page: CasesPage, roles: readers },
  { path: '/cases/{reference}', page: CasePage, roles: readers },
  { path: '/evidence/{id}', page: EvidencePage, roles: readers },
  { path: '/findings', page: FindingsPage, roles: readers },
  { path: '/selectors/{id}', page: SelectorPage, roles: readers },
  { path: '/files', page: FilesPage, roles: readers },
  { path: '/timeline', page: TimelinePage, roles: readers },
  { path: '/links', page: LinksPage, roles: readers },
  { path: '/network', page: NetworkPage, roles: readers },
  { path: '/search', page: SearchPage, roles: askers },
  { path: '/requests', page: RequestsPage, roles: readers },
  { path: '/report', page: ReportPage, roles: readers },
  { path: '/account', page: AccountPage, roles: all },
  { path: '/people', page: PeoplePage, roles: ['administrator'] },
  { path: '/audit', page: AuditPage, roles: ['auditor'] },
]

export const menu: { path: string; key: Key }[][] = [
  [
    { path: '/', key: 'nav.overview' },
    { path: '/cases', key: 'nav.cases' },
    { path: '/findings', key: 'nav.findings' },
    { path: '/files', key: 'nav.files' },
    { path: '/timeline', key: 'nav.timeline' },
  ],
  [
    { path: '/links', key: 'nav.links' },
    { path: '/network', key: 'nav.network' },
    { path: '/search', key: 'nav.search' },
    { path: '/requests', key: 'nav.requests' },
    { path: '/report', key: 'nav.report' },
  ],
  [
    { path: '/people', key: 'nav.people' },
    { path: '/audit', key: 'nav.audit' },
  ],
]

export const allowed = (path: string, role: Role) =>
  inside.some((page) => (page.path || '/') === (path || '/') && page.roles.includes(role))
