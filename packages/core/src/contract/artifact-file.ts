/**
 * Artifact file: one line of JSON that says what it is, one line of JSON that is the artifact. The first line carries the length
 * and checksum of the second, so that a truncated or damaged file is told apart from one of another kind or version.
 *
 *   {"weir":"artifact","formatVersion":1,"bytes":…,"checksum":"…"}\n{…artifact…}\n
 *
 * Checksum: FNV-1a over UTF-16 code units, 32 bits, hex. It guards against accidents, not against malice.
 */
import type { Artifact } from './artifact.ts'
import { WeirError } from './errors.ts'
import { isRecord, parseJson } from './json.ts'

const FORMAT_VERSION = 1

export function saveArtifact(artifact: Artifact): string {
  const body = JSON.stringify(artifact)
  const head = {
    weir: 'artifact',
    formatVersion: FORMAT_VERSION,
    bytes: body.length,
    checksum: checksumOf(body),
  }
  return `${JSON.stringify(head)}\n${body}\n`
}

/**
 * Reads what saveArtifact wrote. Throws `artifact.unreadable` for a file of another kind, `artifact.format_version` for a newer
 * format, `artifact.truncated` for missing or changed bytes. Unknown keys are ignored.
 */
export function loadArtifact(text: string): Artifact {
  const end = text.indexOf('\n')
  const head = tryParse(end < 0 ? text : text.slice(0, end))
  if (!isRecord(head) || head['weir'] !== 'artifact') {
    throw new WeirError('artifact.unreadable', 'this is not a weir artifact; make one with weir train')
  }
  if (head['formatVersion'] !== FORMAT_VERSION) {
    throw new WeirError(
      'artifact.format_version',
      `the artifact has format version ${String(head['formatVersion'])}, this weir reads ${FORMAT_VERSION}; upgrade weir or train again`,
    )
  }
  const body = end < 0 ? '' : text.slice(end + 1).trimEnd()
  if (body.length !== head['bytes'] || checksumOf(body) !== head['checksum']) {
    throw new WeirError(
      'artifact.truncated',
      `the artifact is incomplete or damaged (${body.length} of ${String(head['bytes'])} characters); copy or train it again`,
    )
  }
  return checkShape(tryParse(body))
}

function checkShape(value: unknown): Artifact {
  const isArtifact =
    isRecord(value) &&
    isRecord(value['pair']) &&
    isRecord(value['encoder']) &&
    isRecord(value['estimator']) &&
    isRecord(value['training']) &&
    isRecord(value['trainingCurve']) &&
    isRecord(value['calibration']) &&
    isRecord(value['calibration']['levels'])
  if (!isArtifact)
    throw new WeirError('artifact.unreadable', 'the artifact lacks a required part; train it again')
  return value as unknown as Artifact
}

function tryParse(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

function checksumOf(text: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
