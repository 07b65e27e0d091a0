// Draws the map of Europe: from Natural Earth's countries (package world-atlas, public domain) to one SVG path a country and
// the point where its arcs begin, by ISO 3166 alpha-2. From Iceland to Cyprus; a state too small to be seen is a dot.
import { geoArea, geoCentroid, geoConicConformal, geoPath } from 'd3-geo'
import { feature } from 'topojson-client'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const WIDTH = 640
const HEIGHT = 600
const SMALL = 12 // square units of the drawing: what is smaller is a dot
const ISLET = 0.6

/** JSON: { width, height, countries: [{ country, path, x, y }] } */
export function drawEurope() {
  const world = require('world-atlas/countries-50m.json')
  const alpha2 = new Map(require('i18n-iso-countries/codes.json').map(([two, , number]) => [number, two]))
  const corners = { type: 'MultiPoint', coordinates: [[-10, 36.5], [14.4, 35.2], [34.5, 34.3], [40.5, 40], [39, 48], [31, 70], [20, 71], [-23, 65]] }
  const projection = geoConicConformal().parallels([40, 62]).rotate([-12, 0])
    .fitExtent([[6, 6], [WIDTH - 6, HEIGHT - 6]], corners)
    .clipExtent([[-2, -2], [WIDTH + 2, HEIGHT + 2]])
  const draw = geoPath(projection).digits(1)

  const countries = []
  for (const land of feature(world, world.objects.countries).features) {
    const country = alpha2.get(land.id) ?? (land.properties.name === 'Kosovo' ? 'XK' : undefined)
    // Parts of one country lie apart: overseas ones, and islets that nobody would see.
    const parts = (land.geometry.type === 'MultiPolygon' ? land.geometry.coordinates : [land.geometry.coordinates])
      .map((coordinates) => ({ type: 'Polygon', coordinates }))
    const path = parts.filter((part) => draw.area(part) >= ISLET).map((part) => draw(part)).join('')
    const largest = parts.reduce((a, b) => (geoArea(a) > geoArea(b) ? a : b))
    const at = projection(geoCentroid(largest))
    const inside = at && at[0] > 0 && at[0] < WIDTH && at[1] > 0 && at[1] < HEIGHT
    const [x, y] = inside ? at : draw.centroid({ type: 'MultiPolygon', coordinates: parts.map((part) => part.coordinates) })
    if (!country || !Number.isFinite(x) || (!path && !inside)) continue
    countries.push({ country, path: draw.area(land) < SMALL ? '' : path, x: Math.round(x), y: Math.round(y) })
  }
  countries.sort((a, b) => (a.country < b.country ? -1 : 1))
  return JSON.stringify({ width: WIDTH, height: HEIGHT, countries })
}
