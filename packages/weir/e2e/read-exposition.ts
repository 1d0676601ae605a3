/**
 * Reads a page of metrics strictly, as the formats are written down: for tests. A page that a scraper could not read throws.
 *
 * Source: OpenMetrics 1.0.0 section 4.1 (ABNF) and 5; Prometheus text format 0.0.4. Left out: exemplars, timestamps and the
 * types that weir does not use.
 */

export interface ReadSample {
  readonly family: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,?)/
const NUMBER = /^(?:NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
}

interface Family {
  readonly name: string
  readonly kind: string
}

/** Throws an Error that names the line. */
export function readExposition(text: string, isOpen: boolean): readonly ReadSample[] {
  const samples: ReadSample[] = []
  const seen = new Set<string>()
  let family: Family = { name: '', kind: '' }
  for (const line of linesOf(text, isOpen)) {
    const [, keyword, name = '', kind = ''] = /^# (TYPE|HELP|UNIT) (\S+) (.*)$/.exec(line) ?? []
    if (keyword === undefined) {
      samples.push(readSample(line, family, isOpen))
    } else if (keyword === 'TYPE') {
      family = { name, kind }
      if (seen.has(name)) throw new Error(`two families: ${line}`)
      seen.add(name)
    } else if (name !== family.name) {
      throw new Error(`of another family: ${line}`)
    }
  }
  const keys = new Set(samples.map(({ name, labels }) => name + JSON.stringify(labels)))
  if (keys.size !== samples.length) throw new Error('two samples of one series')
  return samples
}

function linesOf(text: string, isOpen: boolean): readonly string[] {
  const lines = text.split('\n')
  if (lines.pop() !== '') throw new Error('the last line has no end')
  if (isOpen && lines.pop() !== '# EOF') throw new Error('# EOF is not the last line')
  return lines
}

function readSample(line: string, family: Family, isOpen: boolean): ReadSample {
  const name = NAME.exec(line)?.[0] ?? ''
  const base = family.kind === 'counter' && !isOpen ? family.name.replace(/_total$/, '') : family.name
  const names = (SUFFIXES[family.kind] ?? []).map((suffix) => base + suffix)
  if (!names.includes(name)) throw new Error(`no sample of ${family.name}: ${line}`)
  const { labels, rest } = readLabels(line, line.slice(name.length))
  if (!rest.startsWith(' ') || !NUMBER.test(rest.slice(1))) throw new Error(`no value: ${line}`)
  const value = Number(rest.slice(1).replace('Inf', 'Infinity'))
  return { family: family.name, name, labels, value }
}

function readLabels(
  line: string,
  text: string,
): { readonly labels: Readonly<Record<string, string>>; readonly rest: string } {
  const labels: Record<string, string> = {}
  if (!text.startsWith('{')) return { labels, rest: text }
  let rest = text.slice(1)
  for (let label = LABEL.exec(rest); label !== null; label = LABEL.exec(rest)) {
    const [whole, key = '', value = '', comma] = label
    if (key in labels) throw new Error(`a label twice: ${line}`)
    labels[key] = value.replaceAll(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c))
    rest = rest.slice(whole.length)
    if (comma === '') break
  }
  if (!rest.startsWith('}')) throw new Error(`labels do not end: ${line}`)
  return { labels, rest: rest.slice(1) }
}
