/**
 * Artifact file: a checked file (checked-file.ts) of kind "artifact".
 */
import type { Artifact } from './artifact.ts'
import { readChecked, writeChecked, type FileKind } from './checked-file.ts'
import { WeirError } from './errors.ts'
import { isRecord } from './json.ts'

const KIND: FileKind = { name: 'artifact', title: 'the artifact', maker: 'weir train' }

export function saveArtifact(artifact: Artifact): string {
  return writeChecked(KIND, artifact)
}

/**
 * Reads what saveArtifact wrote. Throws `artifact.unreadable` for a file of another kind, `artifact.format_version` for a newer
 * format, `artifact.truncated` for missing or changed bytes. Unknown keys are ignored.
 */
export function loadArtifact(text: string): Artifact {
  return checkShape(readChecked(KIND, text))
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
