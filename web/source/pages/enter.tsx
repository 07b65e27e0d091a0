// A one-time link: what stands behind the # signs one in, once, and is gone from the address and the history before that.
import { useEffect, useState } from 'preact/hooks'
import { Problem, signIn } from '../api'
import { Page } from '../parts/page'
import { Busy, Trouble } from '../parts/states'
import { go, place } from '../router'
import { t } from '../words'

export function EnterPage() {
  const [token] = useState(place.get().hash.replace(/^link=/, ''))
  const [problem, setProblem] = useState<Problem | null>(null)
  const enter = () => {
    setProblem(null)
    signIn({ link: token }).then(() => go('/', true),
      (error) => setProblem(error instanceof Problem ? error : new Problem(-1, '', String(error))))
  }
  useEffect(() => {
    if (!token) return
    history.replaceState(null, '', '/enter')
    enter()
  }, [])
  return (
    <Page title={t('enter.title')}>
      {!token && <p>{t('enter.no_token')}</p>}
      {token && !problem && <Busy />}
      {problem && <Trouble problem={problem} again={problem.status === 0 ? enter : undefined} />}
      {(!token || problem) && <p><a href="/sign-in">{t('session.title')}</a></p>}
    </Page>
  )
}
