// Signing in with name, password and code; afterwards one is where one wanted to go.
import { useState } from 'preact/hooks'
import { signIn } from '../api'
import { Field, Form } from '../parts/form'
import { Page } from '../parts/page'
import { CodeField } from '../parts/totp'
import { go, place } from '../router'
import { t } from '../words'

export function SignInPage() {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  return (
    <Page title={t('session.title')}>
      <Form label={t('session.title')} button={t('session.in')} send={async () => {
        try {
          await signIn({ name, password, code })
        } catch (error) {
          setCode('')
          throw error
        }
        if (place.get().path === '/sign-in') go('/', true)
      }}>
        <Field label={t('person.name')} required autoComplete="username" autoCapitalize="off" value={name} onValue={setName} />
        <Field label={t('person.password')} required type="password" autoComplete="current-password" value={password} onValue={setPassword} />
        <CodeField value={code} onValue={setCode} />
      </Form>
      <p class="soft">{t('session.help')}</p>
    </Page>
  )
}
