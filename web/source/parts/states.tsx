// What a page shows while it reads, when there is nothing, and when something went wrong: always what to do next.
import type { ComponentChildren } from 'preact'
import type { Loaded } from '../load'
import { Problem } from '../api'
import { t, duration, type Key } from '../words'

export const Busy = () => (
  <p class="state busy" role="status">{t('state.loading')}</p>
)

export const Empty = ({ children }: { children: ComponentChildren }) => <p class="state empty">{children}</p>

const known: Record<number, Key> = {
  [-1]: 'trouble.page', 0: 'trouble.network', 401: 'trouble.session', 403: 'trouble.role', 404: 'trouble.none', 500: 'trouble.server',
  501: 'trouble.missing',
}

/** A problem in a sentence: what the server said of it, or what it means. */
export function sentence(problem: Problem): string {
  const said = problem.status > 0 && problem.status !== 404 ? problem.detail : ''
  const wait = problem.wait > 0 ? ' ' + t('trouble.wait', { time: duration(problem.wait) }) : ''
  return (said || t(known[problem.status] ?? (problem.status >= 500 ? 'trouble.server' : 'trouble.other'))) + wait
}

export function Trouble({ problem, again }: { problem: Problem; again?: () => void }) {
  return (
    <div class="state trouble" role="alert">
      <p>{sentence(problem)}</p>
      {again && problem.status !== 403 && problem.status !== 404 && <button type="button" onClick={again}>{t('action.again')}</button>}
    </div>
  )
}

/** Shows what was loaded, or why it is not there. */
export function Shown<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
  if (of.problem) return <Trouble problem={of.problem} again={of.again} />
  if (of.data === null) return <Busy />
  return <>{children(of.data)}</>
}
