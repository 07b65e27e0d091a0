// Dark or light: as the system has it, unless the person chose here.
import { makeState, remember, remembered } from '../state'

export type Theme = 'dark' | 'light'
const dark = matchMedia('(prefers-color-scheme: dark)')
const chosen = () => {
  const name = remembered('theme')
  return name === 'dark' || name === 'light' ? name : null
}
const present = (): Theme => chosen() ?? (dark.matches ? 'dark' : 'light')

export const theme = makeState<Theme>(present())

function show(next: Theme): void {
  document.documentElement.dataset.theme = next
  theme.set(next)
}

export function startTheme(): void {
  show(present())
  dark.addEventListener('change', () => show(present()))
}

export function switchTheme(): void {
  const next = theme.get() === 'dark' ? 'light' : 'dark'
  remember('theme', next === (dark.matches ? 'dark' : 'light') ? null : next)
  show(next)
}
