// Builds the pages: node build.mjs FOLDER [STAMP DEPFILE]. One file of script and one of style, and what is loaded when it is wanted, each
// named by its content, so that browsers may keep them for ever; index.html names them. Nothing is fetched at run time.
import { build } from 'esbuild'
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { drawEurope } from './europe.mjs'
import { checkWords } from './words.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const [folder, stamp, depfile] = process.argv.slice(2)
if (!folder) {
  console.error('node build.mjs FOLDER: where the built pages go')
  process.exit(2)
}

const troubles = checkWords(join(here, 'words'))
if (troubles.length) {
  console.error(troubles.join('\n'))
  process.exit(1)
}

// The map is drawn now, so that browsers need neither the geography nor the projection.
const europe = {
  name: 'europe',
  setup(builder) {
    builder.onResolve({ filter: /^europe$/ }, () => ({ path: 'europe', namespace: 'drawn' }))
    builder.onLoad({ filter: /.*/, namespace: 'drawn' }, () => ({ contents: drawEurope(), loader: 'json' }))
  },
}

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const result = await build({
  absWorkingDir: here,
  entryPoints: { app: 'source/main.tsx', icon: 'source/icon.svg' },
  outdir: folder,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2021',
  minify: true,
  legalComments: 'none',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  loader: { '.svg': 'copy' },
  plugins: [europe],
  metafile: true,
  logLevel: 'warning',
})

const named = (begin, end) =>
  Object.keys(result.metafile.outputs)
    .map((path) => relative(folder, join(here, path)))
    .find((name) => name.startsWith(begin) && name.endsWith(end))
const page = readFileSync(join(here, 'index.html'), 'utf8').replace(/\{(app|icon)\.(js|css|svg)\}/g, (_, name, end) =>
  named(name + '-', '.' + end))
writeFileSync(join(folder, 'index.html'), page)

// For Ninja: what the pages were made of.
if (stamp) {
  const own = Object.keys(result.metafile.inputs).filter((path) => !path.startsWith('node_modules/') && !path.startsWith('drawn:'))
  const words = readdirSync(join(here, 'words')).map((name) => 'words/' + name)
  const made = [...new Set([...own, ...words, 'words', 'index.html', 'words.mjs', 'europe.mjs', 'package-lock.json'])]
  writeFileSync(depfile, `${stamp}: ${made.map((path) => join(here, path).replaceAll(' ', '\\ ')).join(' ')}\n`)
  writeFileSync(stamp, '')
}
