// What stays while pages change: the way in, the header with the search, the navigation, and where the focus goes.
import { useEffect, useRef, useState } from 'preact/hooks'
import { chooseLanguage, Problem, session, signOut, whoAmI, type Session } from './api'
import { allowEvents, connected, stopEvents } from './live'
import { Find, SearchBox } from './parts/search_box'
import { Busy, Trouble } from './parts/states'
import { switchTheme, theme } from './parts/theme'
import { allowed, inside, menu, outside } from './pages'
import { go, match, place } from './router'
import { isLanguage, language, languages, named, setLanguage, t, type Language } from './words'

export function Shell() {
  const who = session.use()
  const here = place.use()
  language.use()
  const [problem, setProblem] = useState<Problem | null>(null)

  const enter = () => {
    setProblem(null)
    whoAmI().catch((error) => setProblem(error instanceof Problem ? error : new Problem(-1, '', String(error))))
  }
  useEffect(enter, [])
  useEffect(() => {
    if (who && isLanguage(who.person.language)) setLanguage(who.person.language, false)
    if (who) allowEvents()
    else stopEvents()
  }, [who?.person.name])

  const open = outside.find((page) => page.path === here.path || (page.hash !== undefined && here.hash.startsWith(page.hash)))
  if (open) return <Outside><open.page /></Outside>
  if (problem) return <Outside><Trouble problem={problem} again={enter} /></Outside>
  if (who === undefined) return <Outside><Busy /></Outside>
  if (who === null) {
    const SignIn = outside.find((page) => page.path === '/sign-in')!.page
    return <Outside><SignIn /></Outside>
  }
  return <Inside who={who} path={here.path} />
}

/** Pages for who has not signed in. */
function Outside({ children }: { children: preact.ComponentChildren }) {
  return (
    <div class="outside">
      <main id="content">
        <p class="brand"><Mark /> Samband</p>
        {children}
      </main>
      <footer><LanguageChoice /><ThemeSwitch /></footer>
    </div>
  )
}

function Inside({ who, path }: { who: Session; path: string }) {
  const [menuOpen, setMenuOpen] = useState(false)
  const online = connected.use()
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  // A new page: the focus goes to its title, so that what is read next is the page. Not when the site was just opened.
  useEffect(() => {
    setMenuOpen(false)
    if (first.current) first.current = false
    else main.current?.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true })
  }, [path])

  const role = who.person.role
  const found = inside.map((page) => ({ page, parts: match(page.path, path) })).find((one) => one.parts)
  return (
    <div class="inside">
      <a class="skip" href="#content" onClick={(event) => {
        event.preventDefault()
        main.current?.focus()
      }}>{t('nav.skip')}</a>
      <header class="top">
        <button type="button" class="plain menu-button" aria-expanded={menuOpen} aria-controls="menu" onClick={() => setMenuOpen(!menuOpen)}>
          <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"><path d="M2 4.5h14M2 9h14M2 13.5h14" stroke="currentColor" stroke-width="1.6" /></svg>
          <span class="unseen">{t('nav.menu')}</span>
        </button>
        <a class="brand" href="/"><Mark /> <span>Samband</span></a>
        {allowed('/search', role) && <SearchBox />}
        <ThemeSwitch />
      </header>
      <nav id="menu" class={'side' + (menuOpen ? ' open' : '')} aria-label={t('nav.main')} onKeyDown={(event) => event.key === 'Escape' && setMenuOpen(false)}>
        {menu.map((group, i) => {
          const entries = group.filter((entry) => allowed(entry.path, role))
          return entries.length > 0 && (
            <ul key={i}>
              {entries.map((entry) => (
                <li key={entry.path}>
                  <a href={entry.path} aria-current={isHere(entry.path, path) ? 'page' : undefined}>{t(entry.key)}</a>
                </li>
              ))}
            </ul>
          )
        })}
        <div class="who">
          <p><strong>{who.person.full_name || who.person.name}</strong><br />{named('role', role)}, {who.person.authority.name}</p>
          <p><a href="/account">{t('nav.account')}</a></p>
          <LanguageChoice />
          <button type="button" onClick={() => signOut().catch(() => {}).then(() => go('/', true))}>{t('session.out')}</button>
        </div>
      </nav>
      <main id="content" ref={main} tabIndex={-1}>
        <p class={'offline' + (online ? ' unseen' : '')} role="status">{online ? '' : t('state.offline')}</p>
        {!found ? <NotFound /> : allowed(found.page.path, role) ? <found.page.page key={path} {...found.parts} /> : <NotYours />}
      </main>
      <Find />
    </div>
  )
}

/** Is this entry of the menu the page's, or the page's parent? */
function isHere(entry: string, path: string): boolean {
  if (entry === '/cases') return path.startsWith('/cases') || path.startsWith('/evidence')
  if (entry === '/findings') return path.startsWith('/findings') || path.startsWith('/selectors')
  return entry === path
}

const NotFound = () => (
  <article class="page"><h1 tabIndex={-1}>{t('trouble.no_page')}</h1><p><a href="/">{t('nav.overview')}</a></p></article>
)
const NotYours = () => (
  <article class="page"><h1 tabIndex={-1}>{t('trouble.no_page')}</h1><p>{t('trouble.role')}</p></article>
)

const Mark = () => (
  <svg class="mark" width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
    <path d="M4.5 14.5 10 5l5.5 9.5z" fill="none" stroke="currentColor" stroke-width="1.5" />
    <circle cx="10" cy="5" r="2.6" /><circle cx="4.5" cy="14.5" r="2.6" /><circle cx="15.5" cy="14.5" r="2.6" />
  </svg>
)

function ThemeSwitch() {
  const now = theme.use()
  return (
    <button type="button" class="plain theme" aria-label={t(now === 'dark' ? 'theme.light' : 'theme.dark')} title={t(now === 'dark' ? 'theme.light' : 'theme.dark')} onClick={switchTheme}>
      <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"><circle cx="9" cy="9" r="6.2" fill="none" stroke="currentColor" stroke-width="1.5" /><path d="M9 2.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" /></svg>
    </button>
  )
}

function LanguageChoice() {
  const now = language.use()
  return (
    <label class="language">
      <span class="unseen">{t('nav.language')}</span>
      <select value={now} onChange={(event) => chooseLanguage(event.currentTarget.value as Language)}>
        {Object.entries(languages).map(([code, name]) => <option key={code} value={code} lang={code} selected={code === now}>{name}</option>)}
      </select>
    </label>
  )
}
