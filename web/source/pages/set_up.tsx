// The first start: the printed link lets one person make the first authority and its administrator.
import { useState } from 'preact/hooks'
import { ask, whoAmI, type Totp } from '../api'
import { go, place } from '../router'
import { Page } from '../parts/page'
import { Field, Form } from '../parts/form'
import { TotpStep } from '../parts/totp'
import { t } from '../words'

export function SetUpPage() {
  const [token] = useState(place.get().hash.replace(/^setup=/, ''))
  const [totp, setTotp] = useState<Totp | null>(null)
  const [form, setForm] = useState({ authority: '', country: '', contact: '', name: '', full_name: '', password: '', again: '' })
  const set = (name: keyof typeof form) => (value: string) => setForm({ ...form, [name]: value })
  const body = {
    token, authority: { name: form.authority, country: form.country.toUpperCase(), contact: form.contact },
    name: form.name, full_name: form.full_name, password: form.password,
  }
  if (!token) return <Page title={t('setup.title')}><p>{t('setup.no_token')}</p></Page>
  if (totp) {
    return (
      <Page title={t('totp.title')}>
        <TotpStep totp={totp} send={async (code) => {
          await ask('POST', '/api/setup', { ...body, code })
          await whoAmI()
          go('/', true)
        }} />
      </Page>
    )
  }
  const differ = form.again !== '' && form.again !== form.password
  return (
    <Page title={t('setup.title')} lead={t('setup.lead')}>
      <Form label={t('setup.title')} button={t('action.on')} send={async () => {
        if (form.again !== form.password) return
        const answer = await ask<{ totp: Totp }>('POST', '/api/setup', body)
        setTotp(answer.totp)
      }}>
        <fieldset>
          <legend>{t('setup.authority')}</legend>
          <Field label={t('authority.name')} required value={form.authority} onValue={set('authority')} />
          <Field label={t('authority.country')} help={t('authority.country_help')} required maxLength={2} pattern="[A-Za-z]{2}" value={form.country} onValue={set('country')} />
          <Field label={t('authority.contact')} help={t('authority.contact_help')} required value={form.contact} onValue={set('contact')} />
        </fieldset>
        <fieldset>
          <legend>{t('setup.administrator')}</legend>
          <Field label={t('person.name')} help={t('person.name_help')} required autoComplete="username" autoCapitalize="off" value={form.name} onValue={set('name')} />
          <Field label={t('person.full_name')} required autoComplete="name" value={form.full_name} onValue={set('full_name')} />
          <Field label={t('person.password')} help={t('person.password_help')} required type="password" minLength={12} autoComplete="new-password" value={form.password} onValue={set('password')} />
          <Field label={t('person.password_again')} required type="password" autoComplete="new-password" value={form.again} onValue={set('again')}
            aria-invalid={differ} help={differ ? t('person.passwords_differ') : undefined} />
        </fieldset>
      </Form>
    </Page>
  )
}
