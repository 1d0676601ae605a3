/** Data URLs, as images and files come in chat requests. */

export interface DataUrl {
  readonly mediaType: string
  /** Base64. */
  readonly data: string
}

/** Undefined for any other URL. The data is not copied through a pattern: it can be megabytes. */
export function parseDataUrl(url: string): DataUrl | undefined {
  if (!url.startsWith('data:')) return undefined
  const comma = url.indexOf(',')
  const head = comma < 0 ? '' : url.slice(5, comma)
  if (!head.endsWith(';base64')) return undefined
  const mediaType = head.slice(0, -7).split(';')[0] ?? ''
  return { mediaType: mediaType === '' ? 'application/octet-stream' : mediaType, data: url.slice(comma + 1) }
}
