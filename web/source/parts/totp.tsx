// The second half of signing in, the first time: the secret goes into an app, and a code proves that it is there.
import { useState } from 'preact/hooks'
import type { Totp } from '../api'
import { t } from '../words'
import { Field, Form } from './form'
import { Qr } from './qr'
import { Copy } from './value'

export function TotpStep({ totp, send }: { totp: Totp; send: (code: string) => Promise<void> }) {
  const [code, setCode] = useState('')
  return (
    <Form label={t('totp.title')} button={t('totp.send')} send={() => send(code)}>
      <p>{t('totp.lead')}</p>
      <Qr text={totp.uri} label={t('totp.qr')} />
      <p class="soft">{t('totp.by_hand')}<br /><code class="secret">{totp.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code> <Copy text={totp.secret} what={t('totp.secret')} /></p>
      <CodeField value={code} onValue={setCode} />
    </Form>
  )
}

export const CodeField = ({ value, onValue }: { value: string; onValue: (value: string) => void }) => (
  <Field label={t('totp.code')} required inputMode="numeric" pattern="[0-9]{6}" maxLength={6} autoComplete="one-time-code" class="mono" value={value} onValue={onValue} />
)
