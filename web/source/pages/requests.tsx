// Requests for access: what one asked and what came back, and what waits for an answer of one's own authority.
import { useCallback, useState } from 'preact/hooks'
import { api, ask, session, type Request } from '../api'
import { useEvents } from '../live'
import { useRows } from '../load'
import { Dialog } from '../parts/dialog'
import { Area, Choice, Field, Form } from '../parts/form'
import { Page, Section } from '../parts/page'
import { Empty } from '../parts/states'
import { Stream } from '../parts/table'
import { CaseList, Kind, StateTag, Time } from '../parts/value'
import { Verbatim } from '../parts/verbatim'
import { address } from '../router'
import { t } from '../words'

export function RequestsPage() {
  const requests = useRows<Request>(api(['requests'], { limit: 100 }))
  const person = session.get()!.person
  const own = person.authority.name
  const mayEnd = session.get()!.rights.includes('POST /api/requests/{id}/end')
  const [open, setOpen] = useState<Request | null>(null)
  const [ending, setEnding] = useState<Request | null>(null)
  useEvents('request', useCallback(requests.again, []))

  const waiting = { ...requests, rows: requests.rows.filter((row) => row.owning === own) }
  const asked = { ...requests, rows: requests.rows.filter((row) => row.owning !== own) }
  return (
    <Page title={t('nav.requests')} lead={t('requests.lead')}>
      <Section title={t('requests.to_us')}>
        <Stream<Request> of={waiting} caption={t('requests.to_us')} empty={t('requests.none_to_us')} marked={(row) => row.state === 'asked'} columns={[
          ...columns('asking'),
          { head: t('requests.answer'), cell: (row) => row.ours_to_answer && person.role === 'liaison'
            ? <button type="button" aria-label={t('requests.answer_of', { id: row.id, authority: row.asking })} onClick={() => setOpen(row)}>{t('requests.answer')}</button>
            : row.state === 'asked' ? <span class="soft">{t('requests.liaison')}</span>
              : (
                <>
                  <Answer of={row} />
                  {mayEnd && row.state === 'granted' && <> <button type="button" aria-label={t('requests.end_of', { id: row.id, authority: row.asking })} onClick={() => setEnding(row)}>{t('requests.end')}</button></>}
                </>
              ) },
        ]} />
      </Section>
      <Section title={t('requests.from_us')}>
        {asked.rows.length === 0 && !asked.busy && !asked.problem ? <Empty>{t('requests.none_from_us')}</Empty> : (
          <Stream<Request> of={asked} caption={t('requests.from_us')} empty={t('requests.none_from_us')} columns={[
            ...columns('owning'),
            { head: t('requests.answer'), cell: (row) => <Answer of={row} /> },
          ]} />
        )}
      </Section>
      {open && (
        <AnswerDialog of={open} close={() => setOpen(null)} done={() => {
          setOpen(null)
          requests.again()
        }} />
      )}
      {ending && (
        <EndDialog of={ending} close={() => setEnding(null)} done={() => {
          setEnding(null)
          requests.again()
        }} />
      )}
    </Page>
  )
}

const columns = (other: 'asking' | 'owning') => [
  { head: t('column.value'), as: 'mono main' as const, cell: (row: Request) => <a href={address(['selectors', row.selector])}><Verbatim of={row.value} /></a> },
  { head: t('column.kind'), cell: (row: Request) => <Kind of={row.kind} /> },
  { head: t(other === 'asking' ? 'requests.asking' : 'requests.owning'), cell: (row: Request) => row[other] },
  { head: t('requests.reason'), as: 'wide' as const, cell: (row: Request) => <>{row.reason} <span class="soft">{row.asked_by}</span></> },
  { head: t('requests.asked'), cell: (row: Request) => <Time of={row.asked} /> },
  { head: t('column.state'), cell: (row: Request) => <StateTag of={row.state} /> },
]

const Answer = ({ of }: { of: Request }) => (
  <>
    {of.cases.length > 0 && <CaseList of={of.cases} />} {of.until && <span class="nowrap">{t('requests.until', { day: of.until })}</span>} {of.answer}
  </>
)

/** Access that was granted ends before its day. */
function EndDialog({ of, close, done }: { of: Request; close: () => void; done: () => void }) {
  const [reason, setReason] = useState('')
  return (
    <Dialog title={t('requests.end_of', { id: of.id, authority: of.asking })} close={close}>
      <p>{of.cases.length > 0 && <CaseList of={of.cases} />} {of.until && t('requests.until', { day: of.until })}</p>
      <Form label={t('requests.end_of', { id: of.id, authority: of.asking })} button={t('requests.end')} send={async () => {
        await ask('POST', api(['requests', of.id, 'end']), { reason })
        done()
      }}>
        <p>{t('requests.end_help', { authority: of.asking })}</p>
        <Area label={t('requests.end_why')} required minLength={5} maxLength={500} value={reason} onValue={setReason} />
      </Form>
    </Dialog>
  )
}

function AnswerDialog({ of, close, done }: { of: Request; close: () => void; done: () => void }) {
  const candidates = of.grantable
  const [grant, setGrant] = useState('yes')
  const [cases, setCases] = useState<string[]>([])
  const [until, setUntil] = useState(() => new Date(Date.now() + 90 * 86400e3).toISOString().slice(0, 10))
  const [reason, setReason] = useState('')
  return (
    <Dialog title={t('requests.answer_of', { id: of.id, authority: of.asking })} close={close}>
      <p><Kind of={of.kind} /> <span class="mono strong"><Verbatim of={of.value} /></span></p>
      <blockquote>{of.reason}<footer>{of.asked_by}, {of.asking}</footer></blockquote>
      <Form label={t('requests.answer')} button={t('requests.send')} send={async () => {
        await ask('POST', api(['requests', of.id, 'answer']),
          grant === 'yes' ? { grant: true, cases, until, reason } : { grant: false, cases: [], reason })
        done()
      }}>
        <Choice label={t('requests.answer')} value={grant} onValue={setGrant} options={[['yes', t('requests.grant')], ['no', t('requests.refuse')]]} />
        {grant === 'yes' && (
          <>
            <fieldset>
              <legend>{t('requests.cases')}</legend>
              {candidates.map((one) => (
                <label key={one} class="tick mono">
                  <input type="checkbox" checked={cases.includes(one)}
                    onChange={(event) => setCases(event.currentTarget.checked ? [...cases, one] : cases.filter((other) => other !== one))} /> {one}
                </label>
              ))}
            </fieldset>
            <Field label={t('requests.last_day')} type="date" required value={until} onValue={setUntil} />
          </>
        )}
        <Area label={t('requests.why')} required minLength={5} maxLength={500} value={reason} onValue={setReason} />
      </Form>
    </Dialog>
  )
}
