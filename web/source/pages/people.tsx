// People and authorities: for administrators, who hand out one-time links and take secrets away, but know none.
import { useState } from 'preact/hooks'
import { api, ask, roles, type Authority, type PersonRow, type Problem } from '../api'
import { useRows } from '../load'
import { Dialog } from '../parts/dialog'
import { Choice, Field, Form } from '../parts/form'
import { Page, Section } from '../parts/page'
import { Retention } from '../parts/retention'
import { sentence } from '../parts/states'
import { Stream } from '../parts/table'
import { Copy, Country, Tag, Time } from '../parts/value'
import { named, t } from '../words'

interface Given { name: string; link: string }

export function PeoplePage() {
  const people = useRows<PersonRow>('/api/people?limit=1000')
  const authorities = useRows<Authority>('/api/authorities?limit=1000')
  const [open, setOpen] = useState<'person' | 'authority' | PersonRow | Authority | null>(null)
  const [given, setGiven] = useState<Given | null>(null)
  const done = (list: { again(): void }, next?: Given) => {
    setOpen(null)
    setGiven(next ?? null)
    list.again()
  }
  const names = authorities.rows.map((one) => one.name)
  return (
    <Page title={t('nav.people')} lead={t('people.lead')}>
      {given && (
        <p class="note" role="status">
          {t('people.link', { name: given.name })} <span class="mono">{given.link}</span> <Copy text={given.link} what={t('people.link_what')} />
        </p>
      )}
      <Section title={t('people.people')} beside={<button type="button" onClick={() => setOpen('person')}>{t('people.add')}</button>}>
        <Stream<PersonRow> of={people} caption={t('people.people')} empty={t('people.none')} columns={[
          { head: t('person.name'), as: 'mono main', cell: (row) => row.name },
          { head: t('person.full_name'), as: 'wide', cell: (row) => row.full_name },
          { head: t('person.role'), cell: (row) => named('role', row.role) },
          { head: t('column.authority'), cell: (row) => <><Country of={row.country} /> {row.authority}</> },
          { head: t('people.seen'), cell: (row) => <Time of={row.seen} /> },
          { head: t('column.state'), cell: (row) => row.blocked ? <Tag as="bad">{t('people.blocked')}</Tag> : row.certificate ? <Tag>{t('people.program')}</Tag> : !row.password ? <Tag as="warn">{t('people.no_password')}</Tag> : <Tag as="good">{t('people.active')}</Tag> },
          { head: t('people.change'), cell: (row) => <button type="button" aria-label={t('people.change_of', { name: row.name })} onClick={() => setOpen(row)}>{t('people.change')}</button> },
        ]} />
      </Section>
      <Section title={t('people.authorities')} beside={<button type="button" onClick={() => setOpen('authority')}>{t('people.add_authority')}</button>}>
        <Stream<Authority> of={authorities} caption={t('people.authorities')} empty={t('people.no_authorities')} columns={[
          { head: t('column.name'), as: 'main', cell: (row) => row.name },
          { head: t('column.country'), cell: (row) => <Country of={row.country} /> },
          { head: t('authority.contact'), as: 'wide', cell: (row) => row.contact || '–' },
          { head: t('authority.centre'), cell: (row) => row.centre ? <Tag>{t('authority.is_centre')}</Tag> : '' },
          { head: t('people.change'), cell: (row) => <button type="button" aria-label={t('people.change_of', { name: row.name })} onClick={() => setOpen(row)}>{t('people.change')}</button> },
        ]} />
      </Section>
      <Retention />
      {open === 'person' && <AddPerson authorities={names} close={() => setOpen(null)} done={(next) => done(people, next)} />}
      {open === 'authority' && <AddAuthority close={() => setOpen(null)} done={() => done(authorities)} />}
      {open && typeof open === 'object' && 'contact' in open && <ChangeAuthority of={open} close={() => setOpen(null)} done={() => done(authorities)} />}
      {open && typeof open === 'object' && 'role' in open && <ChangePerson of={open} authorities={names} close={() => setOpen(null)} done={(next) => done(people, next)} />}
    </Page>
  )
}

const asOptions = (names: string[]) => names.map((name): [string, string] => [name, name])
const roleOptions = () => roles.map((role): [string, string] => [role, named('role', role)])
const whole = (link: string) => new URL(link, location.href).href

function AddPerson({ authorities, close, done }: { authorities: string[]; close: () => void; done: (given?: Given) => void }) {
  const [form, setForm] = useState({ name: '', full_name: '', role: 'analyst', authority: '', certificate: '' })
  const authority = form.authority || authorities[0] || '' // those may be read only now
  const set = (name: keyof typeof form) => (value: string) => setForm({ ...form, [name]: value })
  return (
    <Dialog title={t('people.add')} close={close}>
      <Form label={t('people.add')} button={t('people.add')} send={async () => {
        const { certificate, ...rest } = form
        const answer = await ask<{ link?: string }>('POST', '/api/people', { ...rest, authority, ...(certificate ? { certificate: plain(certificate) } : {}) })
        done(answer.link ? { name: form.name, link: whole(answer.link) } : undefined)
      }}>
        <Field label={t('person.name')} help={t('person.name_help')} required value={form.name} onValue={set('name')} />
        <Field label={t('person.full_name')} required value={form.full_name} onValue={set('full_name')} />
        <Choice label={t('person.role')} value={form.role} onValue={set('role')} options={roleOptions()} />
        <Choice label={t('column.authority')} value={authority} onValue={set('authority')} options={asOptions(authorities)} />
        <Certificate value={form.certificate} onValue={set('certificate')} />
      </Form>
    </Dialog>
  )
}

function ChangePerson({ of, authorities, close, done }: { of: PersonRow; authorities: string[]; close: () => void; done: (given?: Given) => void }) {
  const [form, setForm] = useState({ full_name: of.full_name, role: of.role as string, authority: of.authority, blocked: of.blocked, certificate: of.certificate ?? '' })
  const set = (name: keyof typeof form) => (value: string) => setForm({ ...form, [name]: value })
  const change = (body: unknown) => ask('PATCH', api(['people', of.name]), body)
  const reset = async () => {
    await change({ reset: true })
    return (await ask<{ link: string }>('POST', api(['people', of.name, 'link']), {})).link
  }
  const [problem, setProblem] = useState<Problem | null>(null)
  return (
    <Dialog title={t('people.change_of', { name: of.name })} close={close}>
      <Form label={t('people.change_of', { name: of.name })} button={t('action.save')} send={async () => {
        // Only what was changed: the rest may have been changed by somebody else meanwhile.
        const before = { full_name: of.full_name, role: of.role as string, authority: of.authority, blocked: of.blocked, certificate: of.certificate ?? '' }
        const after = { ...form, certificate: plain(form.certificate) }
        const changed = (Object.keys(after) as (keyof typeof after)[]).filter((name) => after[name] !== before[name])
        if (changed.length > 0) await change(Object.fromEntries(changed.map((name) => [name, name === 'certificate' ? after[name] || null : after[name]])))
        done()
      }} also={
        <button type="button" onClick={() => reset().then((link) => done({ name: of.name, link: whole(link) }), setProblem)}>{t('people.new_link')}</button>
      }>
        <Field label={t('person.full_name')} required value={form.full_name} onValue={set('full_name')} />
        <Choice label={t('person.role')} value={form.role} onValue={set('role')} options={roleOptions()} />
        <Choice label={t('column.authority')} value={form.authority} onValue={set('authority')} options={asOptions(authorities)} />
        <Certificate value={form.certificate} onValue={set('certificate')} />
        <label class="tick"><input type="checkbox" checked={form.blocked} onChange={(event) => setForm({ ...form, blocked: event.currentTarget.checked })} /> {t('people.block')}</label>
        {problem && <p class="wrong" role="alert">{sentence(problem)}</p>}
      </Form>
    </Dialog>
  )
}

/** As OpenSSL and browsers write it (AA:BB:…, with or without a name in front), and as the interface wants it. */
const plain = (fingerprint: string) => fingerprint.replace(/^.*=/, '').replace(/[\s:]/g, '').toLowerCase()

const Certificate = ({ value, onValue }: { value: string; onValue: (value: string) => void }) => (
  <Field label={t('person.certificate')} help={t('person.certificate_help')} class="mono" value={value} onValue={onValue} />
)

function ChangeAuthority({ of, close, done }: { of: Authority; close: () => void; done: () => void }) {
  const [form, setForm] = useState({ country: of.country, contact: of.contact, centre: !!of.centre })
  return (
    <Dialog title={t('people.change_of', { name: of.name })} close={close}>
      <Form label={t('people.change_of', { name: of.name })} button={t('action.save')} send={async () => {
        const country = form.country.toUpperCase()
        await ask('PATCH', api(['authorities', of.name]), {
          ...(country === of.country ? {} : { country }), ...(form.contact === of.contact ? {} : { contact: form.contact }),
          ...(form.centre === !!of.centre ? {} : { centre: form.centre }),
        })
        done()
      }}>
        <Field label={t('authority.country')} help={t('authority.country_help')} required maxLength={2} pattern="[A-Za-z]{2}" value={form.country} onValue={(country) => setForm({ ...form, country })} />
        <Field label={t('authority.contact')} help={t('authority.contact_help')} required value={form.contact} onValue={(contact) => setForm({ ...form, contact })} />
        <label class="tick"><input type="checkbox" checked={form.centre} onChange={(event) => setForm({ ...form, centre: event.currentTarget.checked })} /> {t('authority.is_the_centre')}</label>
        {form.centre && !of.centre && <p class="note">{t('authority.centre_help')}</p>}
      </Form>
    </Dialog>
  )
}

function AddAuthority({ close, done }: { close: () => void; done: () => void }) {
  const [form, setForm] = useState({ name: '', country: '', contact: '' })
  const set = (name: keyof typeof form) => (value: string) => setForm({ ...form, [name]: value })
  return (
    <Dialog title={t('people.add_authority')} close={close}>
      <Form label={t('people.add_authority')} button={t('people.add_authority')} send={async () => {
        await ask('POST', '/api/authorities', { ...form, country: form.country.toUpperCase() })
        done()
      }}>
        <Field label={t('authority.name')} required value={form.name} onValue={set('name')} />
        <Field label={t('authority.country')} help={t('authority.country_help')} required maxLength={2} pattern="[A-Za-z]{2}" value={form.country} onValue={set('country')} />
        <Field label={t('authority.contact')} help={t('authority.contact_help')} required value={form.contact} onValue={set('contact')} />
      </Form>
    </Dialog>
  )
}
