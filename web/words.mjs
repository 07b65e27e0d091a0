// Checks the dictionaries: each language has the words of the others, with the same gaps to fill in ({n}), in the same order.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const gaps = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort().join()

/** What is wrong, one sentence each; nothing when all is well. */
export function checkWords(folder) {
  const troubles = []
  const english = JSON.parse(readFileSync(join(folder, 'en.json'), 'utf8'))
  for (const file of readdirSync(folder)) {
    const other = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    for (const key of Object.keys(english)) {
      if (!(key in other)) troubles.push(`words/${file}: "${key}" is missing`)
      else if (!other[key]) troubles.push(`words/${file}: "${key}" is empty`)
      else if (gaps(other[key]) !== gaps(english[key])) troubles.push(`words/${file}: "${key}" has other gaps than in en.json`)
    }
    for (const key of Object.keys(other)) if (!(key in english)) troubles.push(`words/${file}: "${key}" is not in en.json`)
  }
  return troubles
}
