// A network of ten thousand nodes is drawn, and can still be moved and filtered; what it costs is said. Real findings: twenty cases,
// each with a text of a thousand addresses, of which every one stands in two of them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { done, enter, folder, ok, page, samband, serve, step } from './lab.mjs'

const CASES = 20
const ADDRESSES = 10_000

const texts = Array.from({ length: CASES }, () => [])
for (let i = 0; i < ADDRESSES; i++) {
  const line = `contact ${['anna', 'bert', 'carl', 'dora', 'emil'][i % 5]}.${(i * 7919 % 99991).toString(36)}${i}@posteo.de please\n`
  const home = i % CASES
  texts[home].push(line)
  texts[(home + 1 + (i % 97 === 0 ? 7 : home % 4 === 3 ? CASES - 4 : 0)) % CASES].push(line)
}
for (const [i, lines] of texts.entries()) {
  const reference = `LARGE-${String(i).padStart(2, '0')}`
  mkdirSync(join(folder, reference))
  writeFileSync(join(folder, reference, 'mail.txt'), lines.join(''))
  samband('case', 'add', reference, '--country', ['SE', 'DE', 'FR'][i % 3], '--authority', 'Unit')
  samband('analyse', '--case', reference, '--workers', '2', join(folder, reference))
}
const { url } = await serve('--no-workers')
samband('authority', 'add', 'The Centre', '--country', 'SE', '--contact', 'duty@centre.example', '--centre')
samband('person', 'add', 'finn', '--role', 'analyst', '--authority', 'The Centre')

await step(`${ADDRESSES} selectors are drawn`, async () => {
  await enter('finn', url)
  // Processor time too: a machine that does other things besides is no fault of the pages.
  const meter = await page.context().newCDPSession(page)
  await meter.send('Performance.enable', { timeDomain: 'threadTicks' })
  const spent = async () => (await meter.send('Performance.getMetrics')).metrics.find((one) => one.name === 'TaskDuration').value * 1000
  await page.goto(url + '/links')
  await page.getByText('LARGE-00').first().waitFor()
  const before = await spent()
  await page.getByRole('link', { name: 'Network', exact: true }).first().click()
  await page.locator('.canvas[data-drawn]').waitFor()
  const said = await page.locator('.panel .said').textContent()
  const nodes = Number(/([\d,]+) nodes/.exec(said)[1].replaceAll(',', ''))
  const took = Math.round(await spent() - before)
  console.log(`# ${nodes} nodes: ${took} ms of processor time, ${await page.locator('.canvas').getAttribute('data-drawn')} ms on the clock`)
  ok(nodes >= 10_000, 'ten thousand nodes and more', said)
})
await step('and it can be moved', async () => {
  const box = await page.locator('.canvas').boundingBox()
  await page.mouse.move(box.x + 300, box.y + 300)
  await page.mouse.down()
  await page.mouse.move(box.x + 360, box.y + 340, { steps: 5 })
  await page.mouse.up()
  await page.getByRole('button', { name: 'Closer' }).click()
})
await done()
