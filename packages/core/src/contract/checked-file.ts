/**
 * Checked file: one line of JSON that says what it is, one line of JSON that is the thing itself. The first line carries the length and checksum
 * of the second, so that a truncated or damaged file is told apart from one of another kind or version.
 *
 *   {"weir":"<kind>","formatVersion":1,"bytes":…,"checksum":"…"}\n{…}\n
 *
 * Checksum: FNV-1a over UTF-16 code units, 32 bits, hex. It guards against accidents, not against malice.
 */
import { WeirError } from './errors.ts'
import { isRecord, parseJson } from './json.ts'

export interface FileKind {
  /** In the first line. */
  readonly name: string
  /** As messages call it: "the artifact". */
  readonly title: string
  /** What makes one: "weir train". */
  readonly maker: string
}

const FORMAT_VERSION = 1

export function writeChecked({ name }: FileKind, value: unknown): string {
  const body = JSON.stringify(value)
  const head = { weir: name, formatVersion: FORMAT_VERSION, bytes: body.length, checksum: checksumOf(body) }
  return `${JSON.stringify(head)}\n${body}\n`
}

/**
 * The second line, parsed; undefined when it is no JSON. Throws `artifact.unreadable` for a file of another kind, `artifact.format_version` for a
 * newer format, `artifact.truncated` for missing or changed bytes.
 */
export function readChecked({ name, title, maker }: FileKind, text: string): unknown {
  const end = text.indexOf('\n')
  const head = tryParse(end < 0 ? text : text.slice(0, end))
  if (!isRecord(head) || head['weir'] !== name) {
    throw new WeirError('artifact.unreadable', `this is not a weir ${name}; make one with ${maker}`)
  }
  if (head['formatVersion'] !== FORMAT_VERSION) {
    throw new WeirError(
      'artifact.format_version',
      `${title} has format version ${String(head['formatVersion'])}, this weir reads ${FORMAT_VERSION}; upgrade weir or train again`,
    )
  }
  const body = end < 0 ? '' : text.slice(end + 1).trimEnd()
  if (body.length !== head['bytes'] || checksumOf(body) !== head['checksum']) {
    throw new WeirError(
      'artifact.truncated',
      `${title} is incomplete or damaged (${body.length} of ${String(head['bytes'])} characters); copy or train it again`,
    )
  }
  return tryParse(body)
}

function tryParse(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** `seed`: for a second, independent one. */
export function checksumOf(text: string, seed: number = 0x811c9dc5): string {
  let hash = seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
