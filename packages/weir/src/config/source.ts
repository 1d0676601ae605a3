/**
 * Source: a YAML text that remembers where everything stands, so that each message can name file, line and key.
 */
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml'
import { WeirError } from '@weir/core'

export type KeyPath = readonly PropertyKey[]

export interface Source {
  readonly value: unknown
  /** "weir.yaml:12: models.gpt.baseUrl", the line being that of the key or of its nearest parent. */
  place(path: KeyPath): string
}

/** Throws `config.syntax`. The message holds no line of the text, which could be one with a key in it. */
export function parseSource(file: string, text: string): Source {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [error] = document.errors
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0])
    throw new WeirError(
      'config.syntax',
      `${file}:${line}:${col}: this is not YAML (${error.code}); correct it, or check that indents are spaces`,
    )
  }
  const place = (path: KeyPath): string => {
    const offset = offsetOf(document, path)
    const line = offset === undefined ? '' : `:${lines.linePos(offset).line}`
    return `${file}${line}: ${path.length === 0 ? 'the configuration' : path.map(String).join('.')}`
  }
  return { value: toValue(file, document), place }
}

/** Aliases are followed only here: one without an anchor, or a nest of them that grows beyond bounds, is found now. */
function toValue(file: string, document: Document): unknown {
  try {
    return document.toJS() ?? {}
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause
    throw new WeirError(
      'config.syntax',
      `${file}: an alias (*name) has no anchor (&name) before it, or they nest too deep; write the values out`,
      { cause },
    )
  }
}

/** Offset of the key or the item that the path names, or of the nearest parent that is written; undefined for an empty text. */
function offsetOf(document: Document, path: KeyPath): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const item = isSeq(parent) ? parent.items[Number(path[length - 1])] : undefined
    if (isNode(item) && item.range) return item.range[0]
    if (!isMap(parent)) continue
    const pair = parent.items.find(
      ({ key }) => isScalar(key) && String(key.value) === String(path[length - 1]),
    )
    if (isNode(pair?.key) && pair.key.range) return pair.key.range[0]
  }
  return document.contents?.range?.[0]
}
