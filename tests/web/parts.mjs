// What can be told of the pages without a browser: the map has every country that it has to, whatever the server records and finds
// has words in every language, and a name that lies is shown for what it is.
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { drawEurope } from '../../web/europe.mjs'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..', '..')
const require = createRequire(join(root, 'web', 'package.json'))
let count = 0
let failed = 0
function same(seen, wanted, name) {
  count++
  if (seen !== wanted) failed++
  console.log(`${seen === wanted ? 'ok' : 'not ok'} ${count} - ${name}`)
  if (seen !== wanted) console.log(`# seen ${JSON.stringify(seen)}, wanted ${JSON.stringify(wanted)}`)
}

// ---- the map ----
const { width, height, countries } = JSON.parse(drawEurope())
const drawn = new Map(countries.map((one) => [one.country, one]))
const wanted = ('AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO CH GB UA MD AL BA ME MK RS XK TR ' +
  'AD MC SM VA').split(' ')
const outside = wanted.filter((code) => {
  const one = drawn.get(code)
  return !one || one.x < 0 || one.x > width || one.y < 0 || one.y > height
})
same(outside.join(' '), '', 'every country of Europe stands on the map')
same(['MT', 'LI', 'MC', 'SM', 'VA', 'AD'].filter((code) => drawn.get(code)?.path !== '').join(' '), '', 'small states are dots')

// ---- words ----
const words = JSON.parse(readFileSync(join(root, 'web/words/en.json'), 'utf8'))
const serve = join(root, 'src', 'serve')
const actions = new Set()
for (const file of readdirSync(serve).filter((name) => name.endsWith('.c'))) {
  for (const [, action] of readFileSync(join(serve, file), 'utf8').matchAll(/\{"(?:GET|POST|PATCH|PUT|DELETE)",\s*"\/api\/[^"]*",\s*[^"]*?,\s*"([a-z -]+)"/g)) actions.add(action)
}
same(actions.size > 12, true, 'the routes name what they record')
const shown = readFileSync(join(root, 'web/source/pages/audit.tsx'), 'utf8')
same([...actions].filter((one) => !(`action.${one}` in words)).join(', '), '', 'every action has a word')
same([...actions].filter((one) => !shown.includes(`'${one}'`)).join(', '), '', 'and can be filtered by')
const kinds = [...readFileSync(join(root, 'src/scan/kinds.c'), 'utf8').matchAll(/\[SB_\w+\] = \{"(\w+)"/g)].map((found) => found[1])
same(kinds.filter((kind) => !(`kind.${kind}` in words)).join(', '), '', 'every kind has a word')

// ---- names that lie ----
const { build } = require('esbuild')
const built = await build({
  entryPoints: [join(root, 'web/source/parts/verbatim.tsx')], bundle: true, write: false, format: 'esm', target: 'es2021', jsx: 'automatic', jsxImportSource: 'preact',
})
const { visible } = await import('data:text/javascript;base64,' + Buffer.from(built.outputFiles[0].text).toString('base64'))
for (const [text, said] of [
  ['/plain/nåme-文.txt', '/plain/nåme-文.txt'], ['rtl\u202Efdp.exe', 'rtl\\u202Efdp.exe'], ['a\u2066b\u2069c', 'a\\u2066b\\u2069c'],
  ['pay\u200Bpal', 'pay\\u200Bpal'], ['two\nlines\r\t', 'two\\nlines\\r\\t'], ['\u0000\u001b[31m\u009b', '\\u0000\\u001B[31m\\u009B'],
  ['a\u{E0041}b', 'a\\u{E0041}b'], ['\ud800', '\\uD800'], ['blank\u3164name', 'blank\\u3164name'], ['שלום', 'שלום'], ['\u2028', '\\u2028'],
]) same(visible(text), said, `${JSON.stringify(said)} is what is shown`)

console.log(`1..${count}`)
process.exit(failed ? 1 : 0)
