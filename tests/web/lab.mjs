// What the tests of the pages share: a folder, a server on a store of its own, a real browser, and results in TAP. Each check
// waits for what it looks for, so that a slow machine is only slow.
import { execFileSync, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const require = createRequire(new URL('../../web/package.json', import.meta.url))
const { chromium } = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
export const build = process.env.SAMBAND_BUILD
export const PATIENCE = 45_000 // milliseconds

// ---- results ----

let count = 0
let failed = 0
export function ok(holds, name, why = '') {
  count++
  if (!holds) failed++
  console.log(`${holds ? 'ok' : 'not ok'} ${count} - ${name}`)
  if (!holds && why) console.log(String(why).replace(/^/gm, '# '))
}
export const same = (seen, wanted, name) => ok(Object.is(seen, wanted), name, `seen ${JSON.stringify(seen)}, wanted ${JSON.stringify(wanted)}`)

/** A step of the story; what it throws is its failure, and the end: the next would stand on it. */
export async function step(name, run) {
  try {
    await run()
    ok(true, name)
  } catch (error) {
    ok(false, name, error.stack ?? error)
    if (page) await page.screenshot({ path: join(pictures, `failed-${count}.png`) }).catch(() => {})
    console.log(`Bail out! ${name}`)
    await done()
  }
}

// ---- the lab ----

export const folder = mkdtempSync(join(tmpdir(), 'samband-web-'))
export const store = join(folder, 'store.db')
export const pictures = join(build, 'screenshots')
mkdirSync(pictures, { recursive: true })

export const samband = (...args) => execFileSync(join(build, 'samband'), ['--store', store, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
export const rows = (...args) => samband(...args, '--json').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line))

let server
/** Starts the server; { url, setup }: where it answers, and the printed link that sets up, if it printed one. */
export function serve(...options) {
  return new Promise((resolve, reject) => {
    server = spawn(join(build, 'samband'), ['--store', store, 'serve', '--no-tls', '--listen', '127.0.0.1:0', ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    server.stdout.on('data', (data) => {
      said += data
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0]
      const setup = /http:\S+#setup=\S+/.exec(said)?.[0] ?? null
      if (url) setTimeout(() => resolve({ url, setup: setup ?? /http:\S+#setup=\S+/.exec(said)?.[0] ?? null }), 300)
    })
    server.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)))
  })
}

/** A one-time link that signs somebody in. */
export const linkOf = (name, url) => /http\S+/.exec(samband('person', 'link', name, '--url', url))[0]

/** Does the server have this path? */
export const knows = async (url, path) => path in (await (await fetch(url + '/api/openapi.json')).json()).paths

/** The code of an authenticator app (RFC 6238), `ahead` steps from now. */
export function codeOf(secret, ahead = 0) {
  const bits = [...secret.replace(/\s|=/g, '')].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead))
  const hash = createHmac('sha1', key).update(step).digest()
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

// ---- the browser ----

let browser
export let page
export const noise = [] // what the pages complained of: nothing, if all is well

/** A browser of its own for each person: their cookies are not the others'. */
export async function open(options = {}) {
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM, args: process.getuid() === 0 ? ['--no-sandbox'] : [] })
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', acceptDownloads: true, ...options })
  context.setDefaultTimeout(PATIENCE)
  if (options.locale) await context.addInitScript((language) => location.protocol === 'about:' || localStorage.setItem('samband.language', language), options.locale.slice(0, 2))
  page = await context.newPage()
  page.on('pageerror', (error) => noise.push(`${page.url()}: ${error.message}`))
  page.on('console', (message) => {
    // A refused request is no fault of the page; nor is a stream that the server does not grant to one who opens many pages at once.
    const refused = /status of 4\d\d/.test(message.text()) || (/status of 503/.test(message.text()) && message.location().url.endsWith('/api/events'))
    if (['error', 'warning'].includes(message.type()) && !refused) noise.push(`${message.location().url}: ${message.text()}`)
  })
  page.on('dialog', (dialog) => {
    noise.push('a dialog appeared: ' + dialog.message())
    dialog.dismiss()
  })
  return page
}

/** Signs in somebody by a one-time link, in a browser of their own. */
export async function enter(name, url, options) {
  await open(options)
  await page.goto(linkOf(name, url))
  await page.locator('nav#menu').waitFor({ state: 'attached' })
  return page
}

/** What axe-core finds serious or critical on the present page, one sentence each. */
export async function complaints() {
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }))
  return violations.filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(', ')}`)
}

export async function done() {
  await browser?.close()
  if (server) {
    server.removeAllListeners('exit')
    const ended = new Promise((resolve) => server.on('exit', resolve))
    server.kill('SIGTERM')
    await ended
  }
  rmSync(folder, { recursive: true, force: true })
  ok(noise.length === 0, 'no page complained', noise.slice(0, 20).join('\n'))
  console.log(`1..${count}`)
  process.exit(failed ? 1 : 0)
}
