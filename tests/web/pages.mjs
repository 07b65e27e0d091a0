// Every page, dark and light, on a desk and on a phone, in both languages: axe-core finds nothing serious, nothing sticks out to the side, the
// keyboard gets everywhere, and a picture of each lies in screenshots/ of the build folder.
import { join } from 'node:path'
import { mkdirSync, writeFileSync } from 'node:fs'
import { complaints, done, enter, folder, ok, open, page, pictures, rows, samband, serve, step } from './lab.mjs'

samband('exercise', join(folder, 'ex'), '--countries', '3', '--cases', '3', '--seed', '5', '--size', '32')
samband('exercise', 'run', join(folder, 'ex'), '--workers', '2')
// And a network of hundreds: cases of other countries, of unlike sizes, that share addresses.
const more = ['MT', 'CY', 'LU', 'IS', 'TR', 'RO', 'PT', 'UA']
const texts = more.map(() => [])
for (let i = 0; i < 330; i++) {
  const line = `contact ${['anna', 'bert', 'carl', 'dora', 'emil'][i % 5]}.${(i * 7919 % 99991).toString(36)}${i}@posteo.de please\n`
  for (const one of new Set([(i * i) % more.length, (i * i + 1 + i % 5) % more.length])) texts[one].push(line)
}
more.forEach((country, i) => {
  const place = join(folder, 'more', country)
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'mail.txt'), texts[i].join(''))
  writeFileSync(join(place, 'rtl\u202Efdp.exe'), 'nothing\n')
  samband('case', 'add', `${country}-2026-${i + 1}`, '--country', country, '--authority', `Unit of ${country}`)
  samband('analyse', '--case', `${country}-2026-${i + 1}`, '--workers', '2', place)
})
const { url, setup } = await serve('--no-workers')
const cases = rows('case', 'list')
samband('authority', 'add', 'The Centre', '--country', 'SE', '--contact', 'duty@centre.example', '--centre')
for (const one of new Map(cases.map((row) => [row.authority, row])).values()) samband('authority', 'add', one.authority, '--country', one.country, '--contact', `desk@${one.country.toLowerCase()}.example`)
for (const role of ['analyst', 'auditor', 'administrator', 'partner'])
  samband('person', 'add', role, '--role', role, '--authority', 'The Centre', '--full-name', `The ${role}`)
samband('person', 'add', 'national', '--role', 'analyst', '--authority', cases[0].authority)
const { value } = rows('links').find((link) => link.kind !== 'file' && !link.value.includes('*'))

// ---- the pages, and who opens them ----
const reference = cases[0].case
const evidence = 1
const people = {
  nobody: [['sign-in', '/'], ['set-up', new URL(setup).pathname + new URL(setup).hash], ['enter', '/enter']],
  analyst: [
    ['overview', '/'], ['cases', '/cases'], ['case', `/cases/${reference}`], ['evidence', `/evidence/${evidence}?at=1048576`],
    ['findings', `/findings?case=${reference}`], ['files', `/files?case=${reference}`], ['timeline', `/timeline?case=${reference}`],
    ['links', '/links'], ['network', '/network'], ['search', '/search?q=' + encodeURIComponent(value)], ['requests', '/requests'],
    ['report', '/report'], ['account', '/account'], ['selector', null], ['nowhere', '/nowhere'],
  ],
  national: [['hit', '/search?q=' + encodeURIComponent(value)]],
  partner: [['partner', '/search?q=' + encodeURIComponent(value)]],
  auditor: [['audit', '/audit']],
  administrator: [['people', '/people']],
}
const looks = [
  ['light', { viewport: { width: 1280, height: 800 } }], ['dark', { viewport: { width: 1280, height: 800 } }],
  ['phone', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
  ['phone-dark', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
  ['sv', { viewport: { width: 1280, height: 800 }, locale: 'sv-SE' }],
  ['phone-sv', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, locale: 'sv-SE' }],
]
const chosen = process.env.LOOKS?.split(',') // LOOKS=dark,phone: these alone

/** Until the page has said what it reads, or that there is nothing. */
async function settled() {
  await page.locator('h1').first().waitFor()
  await page.waitForFunction(() => !document.querySelector('.busy'))
  if (page.url().includes('/network')) await page.locator('.canvas[data-drawn]').waitFor()
  await page.waitForTimeout(250)
}

for (const [look, options] of looks.filter(([name]) => !chosen || chosen.includes(name))) {
  for (const [who, list] of Object.entries(people)) {
    const all = { ...options, colorScheme: look.includes('dark') ? 'dark' : 'light' }
    if (who === 'nobody') await open(all)
    else await enter(who, url, all)
    for (const [name, path] of list) {
      await step(`${name}, ${look}`, async () => {
        if (path === null) {
          await page.goto(url + '/findings?kind=card')
          await page.locator('tbody th a').first().click()
          await page.locator('.reveal button:not(.copy)').waitFor()
        } else {
          await page.goto('about:blank')
          await page.goto(url + path)
        }
        await settled()
        await page.screenshot({ path: join(pictures, `${name}-${look}.png`) })
        const found = await complaints()
        if (found.length) throw new Error(found.join('\n'))
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        if (over > 0) throw new Error(`it sticks out by ${over} pixels`)
      })
    }
    if (who === 'analyst') {
      await step(`the keyboard, ${look}`, async () => {
        await page.goto(url + '/cases')
        await settled()
        await page.keyboard.press('Tab')
        const first = await page.evaluate(() => document.activeElement.className)
        if (first !== 'skip') throw new Error(`the first stop is ${first}, not the skip link`)
        await page.keyboard.press('Enter')
        await page.keyboard.press('Tab')
        if (!await page.evaluate(() => document.activeElement.closest('#content'))) throw new Error('the skip link does not skip')
        await page.keyboard.press('/')
        if (await page.evaluate(() => document.activeElement.type) !== 'search') throw new Error('/ does not lead to the search')
        const stops = new Set()
        for (let i = 0; i < 60; i++) {
          await page.keyboard.press('Tab')
          stops.add(await page.evaluate(() => `${document.activeElement.tagName} ${document.activeElement.textContent.slice(0, 30)}`))
        }
        ok(stops.size > 5, 'and leads on', [...stops].join('\n'))
      })
    }
    await page.context().close()
  }
}
await done()
