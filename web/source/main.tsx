// Where the pages begin: theme, language, who is signed in, then the shell with the page of the address.
import 'uplot/dist/uPlot.min.css'
import './style/base.css'
import './style/shell.css'
import './style/parts.css'
import './style/pages.css'
import { render } from 'preact'
import { startTheme } from './parts/theme'
import { startRouter } from './router'
import { Shell } from './shell'
import { language, setLanguage } from './words'

startTheme()
setLanguage(language.get(), false)
document.documentElement.lang = language.get()
startRouter()
render(<Shell />, document.getElementById('app')!)
