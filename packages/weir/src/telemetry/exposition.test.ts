import { describe, expect, it } from 'vitest'
import { OPEN_METRICS_TYPE, PROMETHEUS_TYPE, renderMetrics } from './exposition.ts'
import { readExposition } from '../../e2e/read-exposition.ts'
import { Counter, Histogram } from './series.ts'

const ODD = 'a"b\\c\nd,e}=\u{1F600} \\n'

function exposed(): Parameters<typeof renderMetrics>[0] {
  const counter = new Counter({
    name: 'c',
    help: 'one\ntwo\\',
    labels: [{ name: 'l', values: 5 }],
    series: 5,
  })
  counter.add([ODD], 3)
  const histogram = new Histogram({
    name: 'h_seconds',
    help: 'x',
    labels: [],
    series: 1,
    bounds: [0.5, 1, 2],
  })
  histogram.observe([], 0.7)
  const points = [{ value: Number.NaN }, { labels: [['x', 'y']] as const, value: -Infinity }]
  return {
    families: [counter, histogram],
    sources: [() => [{ name: 'g', help: 'g', kind: 'gauge', points }]],
  }
}

describe('renderMetrics', () => {
  it('writes the Prometheus format by default', () => {
    const { contentType, text } = renderMetrics(exposed(), 'text/html')
    expect(contentType).toBe(PROMETHEUS_TYPE)
    expect(text).toBe(
      [
        '# TYPE c_total counter',
        '# HELP c_total one\\ntwo\\\\',
        'c_total{l="a\\"b\\\\c\\nd,e}=\u{1F600} \\\\n"} 3',
        '# TYPE h_seconds histogram',
        '# HELP h_seconds x',
        'h_seconds_bucket{le="0.5"} 0',
        'h_seconds_bucket{le="1.0"} 1',
        'h_seconds_bucket{le="2.0"} 1',
        'h_seconds_bucket{le="+Inf"} 1',
        'h_seconds_sum 0.7',
        'h_seconds_count 1',
        '# TYPE g gauge',
        '# HELP g g',
        'g NaN',
        'g{x="y"} -Inf',
        '',
      ].join('\n'),
    )
  })

  it('writes OpenMetrics when asked: the family without _total, units, the end mark', () => {
    const { contentType, text } = renderMetrics(
      exposed(),
      'application/openmetrics-text;version=1.0.0,text/plain;q=0.5',
    )
    expect(contentType).toBe(OPEN_METRICS_TYPE)
    expect(text).toContain('# TYPE c counter\n')
    expect(text).toContain('# UNIT h_seconds seconds\n')
    expect(text.endsWith('# EOF\n')).toBe(true)
  })

  it('is read back as it was, whatever stands in a label', () => {
    for (const accept of [undefined, 'application/openmetrics-text']) {
      const samples = readExposition(renderMetrics(exposed(), accept).text, accept !== undefined)
      expect(samples[0]).toMatchObject({ name: 'c_total', labels: { l: ODD }, value: 3 })
      expect(samples).toHaveLength(9)
    }
  })
})

describe('readExposition', () => {
  it.each([
    ['a line end inside a label', '# TYPE c counter\n# HELP c x\nc_total{l="a\nb"} 1\n# EOF\n'],
    ['a sample of no family', '# TYPE c counter\n# HELP c x\nd_total 1\n# EOF\n'],
    ['a series twice', '# TYPE c counter\n# HELP c x\nc_total 1\nc_total 1\n# EOF\n'],
    ['no end mark', '# TYPE c counter\n# HELP c x\nc_total 1\n'],
  ])('refuses %s', (_, text) => {
    expect(() => readExposition(text, true)).toThrow(Error)
  })
})
