// Sums the compressed size of what each route loads, from Vite's manifest, and fails over the limits.
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const root = new URL('../../platform/api/static/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', root), 'utf8'))
const size = (file) => gzipSync(readFileSync(new URL(file, root)), { level: 9 }).length / 1024

/** Everything that must be loaded before `keys` can run. */
function files(keys, found = new Set()) {
  for (const key of keys) {
    const chunk = manifest[key]
    if (!chunk || found.has(chunk.file)) continue
    found.add(chunk.file)
    files(chunk.imports ?? [], found)
  }
  return found
}

const SHELL = ['index.html', 'src/app/Desktop.tsx', 'src/locales/zh-CN/index.ts']
const KB = { rules: 400, boards: 430 }
const pages = Object.keys(manifest).filter((key) => /^src\/features\/\w+\/\w*Page\.tsx$/i.test(key))
let failed = false

function check(name, kb, limit) {
  const over = kb > limit
  failed ||= over
  console.log(`${over ? 'OVER' : 'ok  '} ${name.padEnd(44)} ${kb.toFixed(1).padStart(7)} KB of ${limit}`)
}

for (const page of pages) {
  const feature = page.split('/')[2]
  const kb = [...files([...SHELL, page])].reduce((sum, file) => sum + size(file), 0)
  check(page, kb, KB[feature] ?? 320)
}
const css = readdirSync(new URL('assets/', root))
  .filter((file) => file.endsWith('.css'))
  .map((file) => `assets/${file}`)
check(
  'all style sheets',
  css.reduce((sum, file) => sum + size(file), 0),
  15,
)
const dependencies = Object.keys(
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).dependencies,
)
failed ||= dependencies.length > 24
console.log(`${dependencies.length} runtime dependencies of 24`)
if (pages.length === 0) throw new Error('no page found in the manifest: run the build first')
process.exit(failed ? 1 : 0)
