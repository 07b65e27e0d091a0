// The story of a centre in a browser: set-up by the printed link, signing in with a code, analysing a disk and watching it, the
// network, one country asking another, and the auditor who sees it all.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, done, enter, folder, knows, ok, open, page, rows, samband, same, serve, step } from './lab.mjs'

const PASSWORD = 'correct horse battery'
const HOSTILE = '<img src=x onerror="document.title=1;window.owned=1">.txt'

// ---- what there is: an exercise that was analysed, a disk that was not, and a folder with a hostile name ----
samband('exercise', join(folder, 'ex'), '--countries', '3', '--cases', '3', '--seed', '5', '--size', '32')
samband('exercise', 'run', join(folder, 'ex'), '--workers', '2')
mkdirSync(join(folder, 'seized', 'phone'), { recursive: true })
writeFileSync(join(folder, 'seized', 'phone', HOSTILE), 'to <b>hostile.name@posteo.de</b><img src=x onerror=owned=1>\n')
const disk = rows('evidence')[0].paths[0]
const { url, setup } = await serve('--evidence', join(folder, 'seized'), '--evidence', join(folder, 'ex'), '--workers', '2')

// ---- set-up, and signing in ----
let secret
await step('the printed link sets up the first administrator', async () => {
  await open()
  await page.goto(setup)
  await page.getByLabel('Name of the authority').fill('The Centre')
  await page.getByLabel('Country').fill('se')
  await page.getByLabel('Contact point').fill('duty@centre.example')
  await page.getByLabel('Name to sign in with').fill('ada')
  await page.getByLabel('Full name').fill('Ada Alm')
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByLabel('Password again').fill(PASSWORD)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('img', { name: /QR code/ }).waitFor()
  secret = (await page.locator('code.secret').textContent()).replace(/\s/g, '')
  await page.getByLabel('Six-digit code').fill(codeOf(secret))
  await page.getByRole('button', { name: 'Check code' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
})
await step('one signs out, and in again with name, password and code', async () => {
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Name to sign in with').fill('ada')
  await page.getByLabel('Password').fill('not the password')
  await page.getByLabel('Six-digit code').fill('000000')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').filter({ hasText: 'wrong' }).waitFor()
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByLabel('Six-digit code').fill(codeOf(secret, 1)) // the present one was used
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
})
await step('the administrator adds a person, who comes by the link and sets a password and a code', async () => {
  await page.getByRole('link', { name: 'People and authorities' }).first().click()
  await page.getByRole('button', { name: 'Add person' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name to sign in with').fill('bo')
  await dialog.getByLabel('Full name').fill('Bo Berg')
  await dialog.getByLabel('Role', { exact: true }).selectOption('auditor')
  await dialog.getByRole('button', { name: 'Add person' }).click()
  const link = await page.locator('.note .mono').textContent()
  await open()
  await page.goto(link)
  await page.getByText('Bo Berg').first().waitFor()
  same(new URL(page.url()).hash, '', 'the token is gone from the address')
  await page.getByRole('link', { name: 'Password and code' }).first().click()
  await page.getByLabel('New password').fill(PASSWORD + ' two')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('Six-digit code').fill(codeOf((await page.locator('code.secret').textContent()).replace(/\s/g, '')))
  await page.getByRole('button', { name: 'Check code' }).click()
  await page.getByText('are changed').waitFor()
})

// ---- people of three countries and of the centre ----
const cases = rows('case', 'list')
const [first, second] = cases
samband('authority', 'add', 'The Centre', '--country', 'SE', '--contact', 'duty@centre.example', '--centre')
for (const one of cases) samband('authority', 'add', one.authority, '--country', one.country, '--contact', `desk@${one.country.toLowerCase()}.example`)
for (const [name, role, authority] of [['cleo', 'examiner', first.authority], ['dan', 'analyst', first.authority], ['eva', 'liaison', second.authority], ['finn', 'analyst', 'The Centre'], ['gus', 'auditor', 'The Centre']])
  samband('person', 'add', name, '--role', role, '--authority', authority, '--full-name', name + ' Test')

await step('an examiner opens a case, adds a disk, and watches it being read', async () => {
  await enter('cleo', url)
  await page.goto(url + '/cases')
  await page.getByRole('button', { name: 'New case' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Case', { exact: true }).fill('WEB-2026-1')
  await dialog.getByLabel('Title', { exact: true }).fill('<b>A test</b>')
  await dialog.getByRole('button', { name: 'Open case' }).click()
  await page.getByRole('heading', { name: 'WEB-2026-1' }).waitFor()
  await page.getByText('<b>A test</b>').waitFor()
  await page.getByRole('button', { name: 'Add evidence' }).click()
  await page.getByRole('dialog').getByLabel('Path on the server').fill(disk)
  await page.getByRole('dialog').getByRole('button', { name: 'Analyse' }).click()
  await page.locator('.progress-box').waitFor()
  await page.waitForURL(/\/evidence\//)
  await page.getByText('complete', { exact: true }).waitFor()
  await page.getByText('MD5').waitFor()
  ok(await page.getByRole('table', { name: 'Digests' }).isVisible(), 'its digests are shown when it is done')
})
await step('a file with a hostile name is text', async () => {
  await page.goto(url + '/cases/WEB-2026-1')
  await page.getByRole('button', { name: 'Add evidence' }).click()
  await page.getByRole('dialog').getByLabel('Path on the server').fill(join(folder, 'seized', 'phone'))
  await page.getByRole('dialog').getByRole('button', { name: 'Analyse' }).click()
  await page.waitForURL(/\/evidence\//)
  await page.getByText('complete', { exact: true }).waitFor()
  await page.goto(url + '/files?case=WEB-2026-1&path=onerror')
  await page.getByText(HOSTILE).waitFor()
  await page.goto(url + '/findings?case=WEB-2026-1&value=hostile.name@posteo.de')
  await page.getByRole('link', { name: 'hostile.name@posteo.de' }).click()
  await page.getByText(HOSTILE).first().waitFor()
  await page.locator('.context').filter({ hasText: '</b><img src=x' }).first().waitFor()
  same(await page.evaluate(() => window.owned), undefined, 'and runs nowhere')
  same(await page.locator('#content img, #content script, #content b').count(), 0, 'nor is it an element')
})
await step('the bytes of a spot are shown', async () => {
  await page.goto(`${url}/findings?case=WEB-2026-1&kind=email`)
  const values = page.locator('tbody th a')
  await values.first().waitFor()
  const chosen = values.filter({ hasNotText: 'hostile.name' }).first()
  const value = await chosen.textContent()
  await chosen.click()
  await page.getByRole('button', { name: /Show the bytes/ }).first().click()
  await page.locator('.hex-table mark').first().waitFor()
  ok(value.length > 0 && await page.getByRole('dialog').getByText('hexadecimal').count() > 0, 'with what is meant marked')
  await page.keyboard.press('Escape')
  same(await page.getByRole('dialog').count(), 0, 'Escape closes them')
})

// ---- the network, for an analyst of the centre ----
await step('an analyst of the centre finds the network and explores it', async () => {
  await enter('finn', url)
  await page.getByRole('link', { name: 'Network', exact: true }).first().click()
  await page.locator('.canvas[data-drawn]').waitFor()
  await page.getByText('Nodes as a list').click()
  await page.locator('.panel details .nodes button').first().click()
  await page.getByRole('button', { name: 'Expand' }).click()
  await page.getByText(/node(s)? added/).waitFor()
})
await step('there is a path between two cases', async () => {
  await page.getByText('Path between two cases').click()
  await page.getByLabel('From case').selectOption(first.case)
  await page.getByLabel('To case').selectOption(second.case)
  await page.getByRole('button', { name: 'Show path' }).click()
  await page.getByText(new RegExp(`The heaviest path: .*${first.case}.*→.*${second.case}`)).waitFor()
})
if (!await knows(url, '/api/exports')) await page.route('**/api/exports', (route) => route.fulfill({ status: 204 }))
for (const [name, begins] of [['PNG', '\x89PNG'], ['SVG', '<svg'], ['GRAPHML', '<?xml']]) {
  await step(`the network is saved as ${name}`, async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: `Save as ${name}` }).click()])
    const bytes = readFileSync(await download.path())
    if (!bytes.toString('latin1').startsWith(begins) || bytes.length < 500) throw new Error('it begins ' + bytes.subarray(0, 40))
  })
}

// ---- one country asks, another grants ----
const shared = rows('links').find((link) => link.kind !== 'file' && link.cases.includes(first.case) && link.cases.includes(second.case))
const wanted = rows('links', '--reveal').find((link) => link.kind === shared.kind && link.cases.join() === shared.cases.join() && link.weight === shared.weight)
await step('a search says hit, and no more than whom to ask', async () => {
  await enter('dan', url)
  await page.keyboard.press('/')
  await page.keyboard.type(wanted.value)
  await page.keyboard.press('Enter')
  await page.getByText(second.authority).first().waitFor()
  same(await page.getByText(second.case).count(), 0, 'the case behind a hit is not named')
  await page.goto(`${url}/cases/${second.case}`)
  await page.getByText('not yours to see').first().waitFor()
  await page.goBack()
})
await step('one asks for access', async () => {
  await page.getByRole('button', { name: `Ask ${second.authority} for access` }).click()
  await page.getByLabel('Why do you need it?').fill('The same value stands in our case.')
  await page.getByRole('button', { name: 'Send request' }).click()
  await page.getByText('Asked. The answer comes under').waitFor()
})
await step('the other country grants one case until a day', async () => {
  await enter('eva', url)
  await page.goto(url + '/requests')
  await page.getByRole('button', { name: /^Answer request/ }).click()
  await page.getByRole('dialog').getByLabel(second.case).check()
  await page.getByLabel('Reason for the answer').fill('A joint investigation.')
  await page.getByRole('button', { name: 'Send answer' }).click()
  await page.getByText('granted').first().waitFor()
})
await step('then the case can be read, and what is masked is revealed for a reason', async () => {
  await enter('dan', url)
  await page.goto(`${url}/cases/${second.case}`)
  await page.getByText(second.title).first().waitFor()
  await page.goto(`${url}/findings?case=${second.case}&kind=card`)
  await page.locator('tbody th a').first().click()
  await page.getByRole('button', { name: 'Reveal' }).click()
  await page.getByLabel('Why do you need it?').fill('The bank asks which card it was.')
  await page.getByRole('dialog').getByRole('button', { name: 'Reveal' }).click()
  await page.locator('.value-line .strong').filter({ hasText: /^\d{12,19}$/ }).waitFor()
})

// ---- the auditor ----
await step('the auditor sees it all', async () => {
  await enter('gus', url)
  await page.goto(url + '/audit')
  await page.getByText('The bank asks which card it was.').waitFor()
  for (const text of ['A joint investigation.', 'The same value stands in our case.']) await page.getByText(text).first().waitFor()
  await page.getByLabel('Action').selectOption('sign-in')
  await page.waitForURL(/action=sign-in/)
  await page.getByText('eva').first().waitFor()
  same(await page.getByText('A joint investigation.').count(), 0, 'and filters it')
  await page.goto(`${url}/cases/${first.case}`)
  await page.getByText('Your role does not include this').waitFor()
})
await step('the language is changed, and kept', async () => {
  await page.getByLabel('Language').selectOption('sv')
  await page.getByRole('link', { name: 'Granskning' }).first().waitFor()
  same(await page.evaluate(() => document.documentElement.lang), 'sv', 'the page says which it is')
})
await done()
