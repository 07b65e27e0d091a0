// One's own password and code. Who came by a one-time link sets them here, to come back without one.
import { useState } from 'preact/hooks'
import { ask, session, whoAmI, type Session, type Totp } from '../api'
import { Field, Form } from '../parts/form'
import { Page } from '../parts/page'
import { TotpStep } from '../parts/totp'
import { named, t } from '../words'

export function AccountPage() {
  const person = session.use()!.person
  const [totp, setTotp] = useState<Totp | null>(null)
  const [done, setDone] = useState(false)
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const body = { password, ...(person.password ? { current } : {}) }
  return (
    <Page title={t('nav.account')}>
      <dl class="facts">
        <div><dt>{t('person.name')}</dt><dd class="mono">{person.name}</dd></div>
        <div><dt>{t('person.full_name')}</dt><dd>{person.full_name}</dd></div>
        <div><dt>{t('person.role')}</dt><dd>{named('role', person.role)}</dd></div>
        <div><dt>{t('column.authority')}</dt><dd>{person.authority.name}</dd></div>
      </dl>
      {person.password === false && !totp && <p class="note">{t('account.no_password')}</p>}
      {done && <p class="note good" role="status">{t('account.done')}</p>}
      {totp ? (
        <TotpStep totp={totp} send={async (code) => {
          session.set(await ask<Session>('POST', '/api/session/credentials', { ...body, code }))
          await whoAmI()
          setTotp(null)
          setPassword('')
          setCurrent('')
          setDone(true)
        }} />
      ) : (
        <Form label={t('account.change')} button={t('action.on')} send={async () => {
          setDone(false)
          setTotp((await ask<{ totp: Totp }>('POST', '/api/session/credentials', body)).totp)
        }}>
          {person.password && <Field label={t('account.current')} type="password" required autoComplete="current-password" value={current} onValue={setCurrent} />}
          <Field label={t('account.new')} help={t('person.password_help')} type="password" required minLength={12} autoComplete="new-password" value={password} onValue={setPassword} />
        </Form>
      )}
    </Page>
  )
}
