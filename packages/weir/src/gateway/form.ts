/**
 * Form: where the field `model` stands in a multipart body (files and fields of an upload), so that the name can be replaced and every other
 * byte stays. Read strictly: what two readers could take for different fields is refused.
 */
import { WeirError } from '@weir/core'

export interface FormModel {
  /** Undefined when the form has no such field. */
  readonly model: string | undefined
  /** Start and end of each value of it, alternating, ascending. */
  readonly places: readonly number[]
}

export function isForm(contentType: string): boolean {
  return /^\s*multipart\/form-data/i.test(contentType)
}

const BOUNDARY = /;\s*boundary=(?:"([^"]{1,70})"|([^;\s"]{1,70}))\s*(?:;|$)/i
const NAME = /;\s*name\s*=\s*(?:"([^"]*)"|([^;\s"]+))/gi
/** Bytes of the head of a part; browsers send below 200. */
const HEAD_BYTES = 4096

/** Throws `request.body` for a form that cannot be read. */
export function readFormModel(bytes: Buffer, contentType: string): FormModel {
  const delimiter = Buffer.from(`\r\n--${boundaryOf(contentType)}`)
  const places: number[] = []
  let model: string | undefined
  for (const { name, start, end } of partsOf(bytes, delimiter)) {
    if (name.toLowerCase() !== 'model') continue
    if (name !== 'model') throw unreadable('a field differs from "model" only in case')
    const value = bytes.toString('utf8', start, end)
    if (model !== undefined && model !== value) throw unreadable('it names two models')
    model = value
    places.push(start, end)
  }
  return { model, places }
}

function boundaryOf(contentType: string): string {
  const match = BOUNDARY.exec(contentType)
  const boundary = match?.[1] ?? match?.[2]
  if (boundary === undefined) throw unreadable('its content type names no boundary')
  return boundary
}

interface Part {
  readonly name: string
  readonly start: number
  readonly end: number
}

function* partsOf(bytes: Buffer, delimiter: Buffer): Generator<Part> {
  // The first delimiter may stand at the very start, without its line end.
  let at = bytes.indexOf(delimiter.subarray(2))
  if (at !== 0 && bytes.toString('latin1', at - 2, at) !== '\r\n')
    throw unreadable('its first boundary is missing')
  at += delimiter.length - 2
  while (bytes.toString('latin1', at, at + 2) === '\r\n') {
    const headEnd = bytes.indexOf('\r\n\r\n', at)
    const end = bytes.indexOf(delimiter, at)
    if (headEnd < 0 || end < headEnd || headEnd - at > HEAD_BYTES) throw unreadable('a part has no end')
    yield {
      name: nameOf(bytes.toString('utf8', at, headEnd)),
      start: headEnd + 4,
      end: Math.max(end, headEnd + 4),
    }
    at = end + delimiter.length
  }
  // Another reader goes on behind a delimiter that is none, or behind the last one, and may find a model there.
  if (bytes.toString('latin1', at, at + 2) !== '--' || bytes.includes(delimiter, at)) {
    throw unreadable('it goes on behind its last boundary, or has none')
  }
}

function nameOf(head: string): string {
  const lines = head.split('\r\n').filter((line) => /^content-disposition\s*:/i.test(line))
  const [line = ''] = lines
  const names = [...line.matchAll(NAME)]
  const [first] = names
  if (lines.length !== 1 || names.length !== 1 || first === undefined || /;\s*name\*|\\/i.test(line)) {
    throw unreadable('a part has not exactly one name')
  }
  return first[1] ?? first[2] ?? ''
}

function unreadable(what: string): WeirError {
  return new WeirError(
    'request.body',
    `the form cannot be read: ${what}; send multipart/form-data as RFC 7578 has it`,
  )
}

/** The form with a field `model` before its others. */
export function addModel(bytes: Buffer, contentType: string, model: string): Buffer {
  const field = `--${boundaryOf(contentType)}\r\nContent-Disposition: form-data; name="model"\r\n\r\n${model}\r\n`
  return Buffer.concat([Buffer.from(field), bytes])
}
