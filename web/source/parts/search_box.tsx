// The one box that finds: always in the header, `/` brings one there from anywhere.
import { useEffect, useRef } from 'preact/hooks'
import { address, go, place } from '../router'
import { t } from '../words'

const BOX = 'search-box'

export function SearchBox() {
  const here = place.use()
  const input = useRef<HTMLInputElement>(null)
  const asked = here.path === '/search' ? here.query.get('q') ?? '' : ''
  useEffect(() => {
    if (input.current) input.current.value = asked
  }, [asked])
  return (
    <form class="search" role="search" aria-label={t('search.title')} onSubmit={(event) => {
      event.preventDefault()
      const text = input.current?.value.trim()
      if (text) go(address(['search'], { q: text }))
    }}>
      <input id={BOX} ref={input} type="search" name="q" autoComplete="off" spellcheck={false} autoCapitalize="off"
        aria-label={t('search.box')} placeholder={t('search.placeholder')} aria-keyshortcuts="/" maxLength={2000} />
      <kbd aria-hidden="true">/</kbd>
    </form>
  )
}

/** Listens for `/`, unless one is writing. */
export function Find() {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const at = event.target as HTMLElement
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) || at.closest('dialog')) return
      const box = document.getElementById(BOX) as HTMLInputElement | null
      if (!box) return
      event.preventDefault()
      box.focus()
      box.select()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
  return null
}
