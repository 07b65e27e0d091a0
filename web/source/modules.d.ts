// What the build makes (europe.mjs draws the map).
declare module 'europe' {
  const drawing: { width: number; height: number; countries: { country: string; path: string; x: number; y: number }[] }
  export default drawing
}
declare module '*.css'
