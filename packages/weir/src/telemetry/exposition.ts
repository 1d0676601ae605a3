/**
 * Exposition: metrics as text, in the Prometheus format 0.0.4 or as OpenMetrics 1.0, whichever the reader asks for. They differ in the names
 * of counters in their head lines, in units and in the end mark.
 *
 * Sources: prometheus.io/docs/instrumenting/exposition_formats, OpenMetrics 1.0.0 (sections 4 and 5).
 */
import type { Counter, Histogram } from './series.ts'

/** A figure that is read when the page is made: of a queue, a breaker, the process. */
export interface Reading {
  readonly name: string
  readonly help: string
  readonly kind: 'gauge' | 'counter'
  /** Few: whoever gives them bounds their number. */
  readonly points: readonly {
    readonly labels?: readonly (readonly [string, string])[]
    readonly value: number
  }[]
}

export interface Exposed {
  readonly families: readonly (Counter | Histogram)[]
  /** Called once for each page. */
  readonly sources: readonly (() => readonly Reading[])[]
}

export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

export interface Page {
  readonly contentType: string
  readonly text: string
}

/** `accept`: the reader's header. */
export function renderMetrics({ families, sources }: Exposed, accept: string | undefined): Page {
  const isOpen = accept?.includes('application/openmetrics-text') === true
  const readings = sources.flatMap((read) => read())
  const blocks = [
    ...families.map((family) =>
      family.kind === 'counter' ? renderCounter(family, isOpen) : renderHistogram(family, isOpen),
    ),
    ...readings.map((reading) => renderReading(reading, isOpen)),
  ]
  const text = blocks.join('') + (isOpen ? '# EOF\n' : '')
  return { contentType: isOpen ? OPEN_METRICS_TYPE : PROMETHEUS_TYPE, text }
}

type Labels = readonly (readonly [string, string])[]

function renderCounter(counter: Counter, isOpen: boolean): string {
  const { name, help } = counter
  const lines = counter.points().map(({ labels, value }) => `${name}_total${toBraces(labels)} ${value}\n`)
  return head({ name: isOpen ? name : `${name}_total`, help, kind: 'counter' }, isOpen) + lines.join('')
}

function renderHistogram(histogram: Histogram, isOpen: boolean): string {
  const { name, bounds } = histogram
  const lines = histogram.points().flatMap(({ labels, cumulative, sum }) => [
    ...cumulative.map((count, i) => {
      const le: readonly [string, string] = ['le', toBound(bounds[i])]
      return `${name}_bucket${toBraces([...labels, le])} ${count}\n`
    }),
    `${name}_sum${toBraces(labels)} ${sum}\n`,
    `${name}_count${toBraces(labels)} ${cumulative.at(-1) ?? 0}\n`,
  ])
  return head(histogram, isOpen) + lines.join('')
}

function renderReading({ name, help, kind, points }: Reading, isOpen: boolean): string {
  const suffix = kind === 'counter' ? '_total' : ''
  const lines = points.map(
    ({ labels = [], value }) => `${name}${suffix}${toBraces(labels)} ${toNumber(value)}\n`,
  )
  return head({ name: isOpen ? name : `${name}${suffix}`, help, kind }, isOpen) + lines.join('')
}

interface Head {
  readonly name: string
  readonly help: string
  readonly kind: string
}

const UNITS: readonly string[] = ['seconds', 'bytes']

function head({ name, help, kind }: Head, isOpen: boolean): string {
  const unit = isOpen ? UNITS.find((one) => name.endsWith(`_${one}`)) : undefined
  const lines = [`# TYPE ${name} ${kind}`, `# HELP ${name} ${escapeHelp(help)}`]
  if (unit !== undefined) lines.push(`# UNIT ${name} ${unit}`)
  return `${lines.join('\n')}\n`
}

/** Canonical: whole bounds are written as 1.0. */
function toBound(bound: number | undefined): string {
  if (bound === undefined) return '+Inf'
  return Number.isInteger(bound) ? `${bound}.0` : String(bound)
}

function toNumber(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

function toBraces(labels: Labels): string {
  if (labels.length === 0) return ''
  return `{${labels.map(([name, value]) => `${name}="${escapeValue(value)}"`).join(',')}}`
}

/** A label value may hold anything; a line end in it would be a line of the page. */
function escapeValue(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}
