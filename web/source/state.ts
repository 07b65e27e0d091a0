// A value that pages watch: who is signed in, the language, the address.
import { useEffect, useState } from 'preact/hooks'

export interface State<T> {
  get(): T
  set(value: T): void
  /** In a component: the value, and a new rendering whenever it changes. */
  use(): T
}

export function makeState<T>(first: T): State<T> {
  let value = first
  const watchers = new Set<(value: T) => void>()
  return {
    get: () => value,
    set(next) {
      value = next
      for (const watcher of [...watchers]) watcher(next)
    },
    use() {
      const [shown, show] = useState<{ value: T }>({ value })
      useEffect(() => {
        const watcher = (next: T) => show({ value: next })
        watchers.add(watcher)
        if (shown.value !== value) watcher(value)
        return () => void watchers.delete(watcher)
      }, [])
      return shown.value
    },
  }
}

/** What this browser remembers of a person's taste. Never case data. */
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem('samband.' + name)
  } catch {
    return null
  }
}

export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem('samband.' + name)
    else localStorage.setItem('samband.' + name, value)
  } catch {
    // A browser that keeps nothing: the choice holds for this page.
  }
}
