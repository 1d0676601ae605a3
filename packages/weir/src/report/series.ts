/**
 * Lines of several methods in one chart: told apart by dash as well as by hue, light and dark, on screen and on paper. Six hues with a contrast of 3:1 or
 * more with the page; a seventh method takes the first hue with another dash.
 */

const LIGHT = ['#0b63c5', '#a3247a', '#00766c', '#7048d8', '#c0392b', '#6b6b00']
const DARK = ['#6db1ff', '#f08bd0', '#4fd0c0', '#b9a3ff', '#ff8f80', '#d0d060']
/** SVG dash patterns, px; none is the one of the random mix or the oracle. */
const DASHES = ['', '11 4', '5 3', '14 3 3 3', '8 3 2 3 2 3', '3 3 9 3', '1 2']

export interface Series {
  /** CSS colour. */
  readonly stroke: string
  /** SVG stroke-dasharray. */
  readonly dash: string
}

export function seriesOf(index: number): Series {
  return {
    stroke: `var(--series-${index % LIGHT.length})`,
    dash: DASHES[index % DASHES.length] ?? '',
  }
}

const colours = (values: readonly string[]): string =>
  values.map((value, i) => `--series-${i}: ${value};`).join(' ')

export const SERIES_STYLE: string = `
:root { ${colours(LIGHT)} }
@media (prefers-color-scheme: dark) { :root { ${colours(DARK)} } }
@media print { :root { ${colours(LIGHT)} } }
main { max-width: 980px }
.legend svg { width: 34px; height: 8px; margin-right: 7px; vertical-align: middle }
`
