// What one does all day with the pages, each with what once went wrong there: a path in the network that stays marked, exports that
// are recorded or not saved, names that lie, files by time, places in the list, and what administrators and auditors need.
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { done, enter, folder, ok, page, pictures, rows, samband, same, serve, step } from './lab.mjs'

// ---- three cases in a row, A with B with C, of many addresses; a file whose name turns its end around ----
const LIE = 'rtl\u202Efdp.exe'
const CASES = ['SE-2026-1', 'MT-2026-2', 'CY-2026-3']
const address = (name, i) => `contact ${['anna', 'bert', 'carl', 'dora'][i % 4]}.${name}${(i * 7919 % 9973).toString(36)}@posteo.de please\n`
const between = (name, n) => Array.from({ length: n }, (_, i) => address(name, i)).join('')
const [near, far] = [between('left', 200), between('right', 120)]
const texts = [near, near + far, far]
CASES.forEach((reference, i) => {
  const place = join(folder, 'seized', reference)
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'mail.txt'), texts[i])
  writeFileSync(join(place, LIE), `hidden.person@posteo.de wrote to\u202E ${i}\n`)
  utimesSync(join(place, LIE), new Date('2020-05-06T07:08:09Z'), new Date('2020-05-06T07:08:09Z'))
  utimesSync(join(place, 'mail.txt'), new Date('2020-05-06T09:30:00Z'), new Date('2020-05-06T09:30:00Z'))
  samband('case', 'add', reference, '--country', reference.slice(0, 2), '--authority', `Unit ${reference.slice(0, 2)}`)
  samband('analyse', '--case', reference, '--workers', '2', place)
})
const { url } = await serve('--no-workers')
samband('authority', 'add', 'The Centre', '--country', 'SE', '--contact', 'duty@centre.example', '--centre')
for (const [name, role] of [['finn', 'analyst'], ['ada', 'administrator'], ['gus', 'auditor']]) samband('person', 'add', name, '--role', role, '--authority', 'The Centre')
samband('authority', 'add', 'Unit SE', '--country', 'SE', '--contact', 'old@se.example')
samband('person', 'add', 'lisa', '--role', 'liaison', '--authority', 'Unit SE')

const canvas = (name) => page.locator('.canvas').getAttribute(`data-${name}`).then(Number)

// ---- the network ----
await step('a network of hundreds of nodes names its cases at once', async () => {
  await enter('finn', url)
  await page.goto(url + '/network')
  await page.locator('.canvas[data-drawn]').waitFor()
  const said = await page.locator('.panel .said').textContent()
  ok(Number(/[\d,]+/.exec(said)[0].replace(',', '')) > 300, 'hundreds', said)
  ok(await canvas('names') >= CASES.length, 'names are drawn', await canvas('names'))
})
await step('a path stays marked though a node was chosen before, and its names do not cross', async () => {
  await page.getByText('Nodes as a list').click()
  await page.locator('.panel details .nodes button').first().click()
  await page.locator('.canvas[data-marked="1"]').waitFor()
  await page.getByText('Path between two cases').click()
  await page.getByLabel('From case').selectOption(CASES[0])
  await page.getByLabel('To case').selectOption(CASES[2])
  await page.getByRole('button', { name: 'Show path' }).click()
  await page.locator('.canvas[data-marked="5"]').waitFor()
  await page.waitForTimeout(600)
  same(await canvas('marked'), 5, 'and a moment later still')
  await page.screenshot({ path: join(pictures, 'path.png') })
  same(await canvas('crossing'), 0, 'no name lies over another')
})
await step('what cannot be recorded is not saved', async () => {
  await page.route('**/api/exports', (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', body: '{"title":"no","status":403,"detail":"Exports are closed."}' }))
  let saved = false
  const watch = () => (saved = true)
  page.on('download', watch)
  await page.getByRole('button', { name: 'Save as SVG' }).click()
  await page.getByText('Nothing was saved. Exports are closed.').waitFor()
  await page.waitForTimeout(500)
  page.off('download', watch)
  same(saved, false, 'no file came')
  await page.unroute('**/api/exports')
})
for (const as of ['png', 'svg', 'graphml']) {
  await step(`an export as ${as} names its cases before there is a file`, async () => {
    let asked
    await page.route('**/api/exports', (route) => {
      asked = route.request().postDataJSON()
      return route.fulfill({ status: 204 })
    })
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: `Save as ${as.toUpperCase()}` }).click()])
    same(`${asked?.what} ${asked?.format} ${[...(asked?.cases ?? [])].sort().join()}`, `network ${as} ${[...CASES].sort().join()}`, 'and says what it is')
    const text = readFileSync(await download.path(), 'utf8')
    if (as === 'svg') ok(/Samband · \d{4}-\d\d-\d\d/.test(text), 'with a line that says whose it is')
    if (as === 'graphml') ok(text.includes('attr.name="handling"'), 'with a place for handling codes')
    await page.unroute('**/api/exports')
  })
}

// ---- names that lie ----
await step('a name that turns its end around is shown as it is written', async () => {
  await page.goto(`${url}/files?case=${CASES[0]}`)
  await page.getByText('rtl\\u202Efdp.exe').waitFor()
  same(await page.locator('#content').evaluate((all) => all.textContent.includes('\u202E')), false, 'no such sign is in the page')
  same(await page.locator('bdi.verbatim').first().evaluate((one) => getComputedStyle(one).unicodeBidi), 'isolate', 'and it is set apart')
})

// ---- files, findings, timeline, evidence ----
await step('files are found by their times, and show all of them', async () => {
  await page.getByLabel('Time from').fill('2020-05-06')
  await page.getByLabel('Time to').fill('2020-05-06')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await page.waitForURL(/to=2020-05-06/)
  await page.getByText('2 rows, all').waitFor()
  await page.getByLabel('Show all times').check()
  await page.locator('dl.times').first().waitFor()
  await page.getByLabel('Time to').fill('2019-12-31')
  await page.getByLabel('Time from').fill('2019-01-01')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await page.getByText('No file matches').waitFor()
})
await step('a row of findings opens to its places with what stands around them', async () => {
  await page.goto(`${url}/findings?case=${CASES[0]}&value=hidden.person@posteo.de`)
  await page.getByRole('button', { name: /^Where hidden.person@posteo.de was seen/ }).click()
  await page.locator('tr.detail .context mark').waitFor()
  ok(await page.locator('tr.detail .context').textContent().then((text) => text.includes('wrote to') && !text.includes('\u202E')), 'without the sign that turns', await page.locator('tr.detail .context').textContent())
})
await step('a timeline of one day is shown by the hour, from one request', async () => {
  const asked = []
  page.on('request', (request) => request.url().includes('/api/timeline') && asked.push(request.url()))
  await page.goto(`${url}/timeline?case=${CASES[0]}&to=2020-05-06`)
  await page.locator('.chart canvas').waitFor()
  await page.getByText('Show as a table').click()
  await page.locator('.chart tbody th').filter({ hasText: '2020-05-06 09:00' }).waitFor()
  same(asked.length, 1, 'one')
})
await step('no page asks for the same thing twice', async () => {
  for (const path of ['/', '/cases', `/cases/${CASES[0]}`, '/evidence/1', '/findings', '/files', `/timeline?case=${CASES[0]}`, '/links', '/network', '/requests', '/report', '/search?q=hidden.person@posteo.de']) {
    const asked = []
    const note = (request) => request.url().includes('/api/') && asked.push(request.url())
    await page.goto('about:blank')
    page.on('request', note)
    await page.goto(url + path)
    await page.locator('h1').waitFor()
    await page.waitForFunction(() => !document.querySelector('.busy'))
    await page.waitForTimeout(300)
    page.off('request', note)
    const twice = asked.filter((one, i) => asked.indexOf(one) !== i)
    if (twice.length) throw new Error(`${path} asks twice for ${twice.join(', ')}`)
    if (!/^\/$|cases|evidence|requests/.test(path) && asked.some((one) => one.endsWith('/api/events'))) throw new Error(`${path} opens a stream that it does not want`)
  }
})
await step('a folder has no digests, volumes or bytes to look at', async () => {
  await page.goto(url + '/evidence/1')
  await page.getByText('all was read').waitFor()
  for (const name of ['Digests', 'Volumes', 'Look at bytes']) same(await page.getByRole('heading', { name }).count(), 0, `no ${name}`)
  await page.getByText('Identifier').waitFor()
})

// ---- the administrator ----
await step('an authority is changed', async () => {
  await enter('ada', url)
  await page.goto(url + '/people')
  await page.getByRole('button', { name: 'Change Unit SE' }).click()
  await page.getByRole('dialog').getByLabel('Contact point').fill('new@se.example')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByText('new@se.example').waitFor()
})
await step('a program is added by its certificate, as OpenSSL writes it', async () => {
  await page.getByRole('button', { name: 'Add person' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name to sign in with').fill('feed')
  await dialog.getByLabel('Full name').fill('The feed')
  await dialog.getByLabel('Certificate of a program').fill('sha256 Fingerprint=' + 'AB:'.repeat(31) + 'CD')
  await dialog.getByRole('button', { name: 'Add person' }).click()
  await page.getByRole('row', { name: /feed/ }).getByText('program').waitFor()
  await page.getByRole('row', { name: /lisa/ }).getByText('no password yet').waitFor()
})
await step('Escape closes a dialog, and the focus is where it was', async () => {
  const button = page.getByRole('button', { name: 'Change lisa' })
  await button.click()
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  same(await page.getByRole('dialog').count(), 0, 'closed')
  same(await button.evaluate((one) => document.activeElement === one), true, 'and back')
})

// ---- the liaison ends what was granted ----
await step('access that was granted is ended with a reason', async () => {
  await enter('lisa', url)
  const row = { id: 7, ours_to_answer: false, state: 'granted', kind: 'email', value: 'a@b.example', selector: '00', asking: 'Unit MT', owning: 'Unit SE',
    asked_by: 'mia', asked: '2026-03-01T12:00:00Z', reason: 'A shared address.', answered_by: 'lisa', answered: '2026-03-02T12:00:00Z', answer: 'Yes.', until: '2027-03-01', cases: [CASES[0]], grantable: [] }
  let ended
  await page.route('**/api/session', async (route) => {
    const answer = await route.fetch()
    const body = await answer.json()
    await route.fulfill({ response: answer, json: { ...body, rights: [...body.rights, 'POST /api/requests/{id}/end'] } })
  })
  await page.route('**/api/requests?*', (route) => route.fulfill({ json: { rows: [{ ...row, state: ended ? 'ended' : 'granted' }], next: null } }))
  await page.route('**/api/requests/7/end', (route) => {
    ended = route.request().postDataJSON()
    return route.fulfill({ status: 200, json: { ...row, state: 'ended' } })
  })
  await page.goto(url + '/requests')
  await page.getByRole('button', { name: 'End access 7 of Unit MT' }).click()
  await page.getByRole('dialog').getByLabel('Reason').fill('The case is closed.')
  await page.getByRole('dialog').getByRole('button', { name: 'End access' }).click()
  await page.getByText('ended', { exact: true }).waitFor()
  same(ended?.reason, 'The case is closed.', 'and the reason is told')
})

// ---- the auditor ----
await step('the auditor verifies the record, and filters by authority', async () => {
  await enter('gus', url)
  await page.goto(url + '/audit')
  await page.getByRole('button', { name: 'Verify the record' }).click()
  await page.getByText(/The record is whole: [\d,]+ entries/).waitFor()
  await page.getByLabel('Authority').selectOption('Unit SE')
  await page.waitForURL(/authority=Unit/)
  await page.getByRole('cell', { name: 'lisa' }).first().waitFor()
  same(await page.getByRole('cell', { name: 'finn' }).count(), 0, 'only theirs')
  await page.goto(url + '/audit')
  const address = page.locator('td[data-head="Address"] div').first()
  await address.waitFor()
  ok(await address.evaluate((one) => one.getBoundingClientRect().height < 30), 'an address stands in one line')
})
await step('focus is seen wherever Tab leads', async () => {
  await enter('finn', url)
  for (const path of ['/', `/findings?case=${CASES[0]}`, `/files?case=${CASES[0]}`, '/network', '/evidence/1']) {
    await page.goto(url + path)
    await page.waitForFunction(() => !document.querySelector('.busy'))
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab')
      const unseen = await page.evaluate(() => {
        const one = document.activeElement
        if (!one || one === document.body) return ''
        const style = getComputedStyle(one)
        return style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 1 ? `${one.tagName} ${one.className} ${one.textContent.slice(0, 30)}` : ''
      })
      if (unseen) throw new Error(`${path}: nothing shows that ${unseen} has the focus`)
    }
  }
})
ok(rows('case', 'list').length === CASES.length, 'and the cases are what they were')
await done()
