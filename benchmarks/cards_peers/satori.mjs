// satori lays the card out and turns it into SVG, resvg draws that and writes PNG. Same order and answer as timing.py.
import { readFileSync, mkdtempSync, writeFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const require = createRequire(join(process.cwd(), 'package.json'))
const satori = require('satori').default ?? require('satori')
const { Resvg } = require('@resvg/resvg-js')
const order = JSON.parse(readFileSync(0, 'utf8'))
const font = readFileSync(require.resolve('@fontsource/plus-jakarta-sans/files/plus-jakarta-sans-latin-700-normal.woff'))
const kind = order.ground.endsWith('.png') ? 'png' : 'jpeg'
const ground = `data:image/${kind};base64,` + readFileSync(order.ground).toString('base64')
const box = (style, children) => ({ type: 'div', props: { style: { display: 'flex', ...style }, children } })

async function draw (title) {
  const card = box({ width: 1200, height: 630, color: '#fff', fontFamily: 'Jakarta', flexDirection: 'column',
    justifyContent: 'space-between', padding: 64, backgroundImage: `url(${ground})`, backgroundSize: '1200px 630px' }, [
    box({ fontSize: 28 }, order.office), box({ fontSize: 62, width: 840 }, title), box({ fontSize: 26 }, order.date)
  ])
  const svg = await satori(card, { width: 1200, height: 630, fonts: [{ name: 'Jakarta', data: font, weight: 700 }] })
  return new Resvg(svg, { font: { loadSystemFonts: false } }).render().asPng()
}

const folder = mkdtempSync(join(tmpdir(), 'satori-'))
await draw(order.titles[0])
const begun = process.cpuUsage()
let bytes = 0
for (const [number, title] of order.titles.slice(1).entries()) {
  const png = await draw(title)
  writeFileSync(join(folder, `${number}.png`), png)
  bytes += png.length
}
const used = process.cpuUsage(begun)
const count = order.titles.length - 1
rmSync(folder, { recursive: true })
console.log(JSON.stringify({ ms: (used.user + used.system) / 1000 / count, bytes: Math.round(bytes / count) }))
