// The frame of every page: its title in the window and at the top, where the focus goes when one comes here.
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { address, place } from '../router'
import { t, type Key } from '../words'

interface PageProps {
  title: string
  /** What stands beside the title: a state, a button. */
  beside?: ComponentChildren
  lead?: ComponentChildren
  children: ComponentChildren
  class?: string
}

export function Page({ title, beside, lead, children, class: name }: PageProps) {
  useEffect(() => {
    document.title = `${title} – Samband`
  }, [title])
  return (
    <article class={'page ' + (name ?? '')}>
      <header class="page-head">
        <h1 tabIndex={-1}>{title}</h1>
        {beside}
      </header>
      {lead && <p class="lead">{lead}</p>}
      {children}
    </article>
  )
}

export function Section({ title, beside, children }: { title: string; beside?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="section">
      <header class="section-head"><h2>{title}</h2>{beside}</header>
      {children}
    </section>
  )
}

const tabs: [path: string, key: Key][] = [
  ['findings', 'nav.findings'], ['files', 'nav.files'], ['timeline', 'nav.timeline'], ['links', 'nav.links'],
  ['network', 'nav.network'], ['report', 'nav.report'],
]

/** The pages of one case, when an address names one. */
export function CaseTabs({ of }: { of: string }) {
  const here = place.use().path
  return (
    <nav class="tabs" aria-label={t('nav.of_case', { case: of })}>
      <a href={address(['cases', of])} aria-current={here.startsWith('/cases/') ? 'page' : undefined} class="mono">{of}</a>
      {tabs.map(([path, key]) => (
        <a key={path} href={address([path], { case: of })} aria-current={here === '/' + path ? 'page' : undefined}>{t(key)}</a>
      ))}
    </nav>
  )
}
