// A text as a QR code, drawn as one SVG path. Dark on white in both themes: cameras want it so.
import makeCode from 'qrcode-generator'

const EDGE = 4

export function Qr({ text, label }: { text: string; label: string }) {
  const code = makeCode(0, 'M')
  code.addData(text)
  code.make()
  const side = code.getModuleCount()
  let path = ''
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) if (code.isDark(y, x)) path += `M${x + EDGE},${y + EDGE}h1v1h-1z`
  }
  const whole = side + 2 * EDGE
  return (
    <svg class="qr" viewBox={`0 0 ${whole} ${whole}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width={whole} height={whole} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
