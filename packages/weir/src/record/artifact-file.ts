/**
 * Artifact files: read whole, written in one step so that a half-written one never stands under its name.
 */
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { loadArtifact, saveArtifact, WeirError, type Artifact } from '@weir/core'

/** Throws `artifact.unreadable` and the codes of loadArtifact; the message begins with the path. */
export async function readArtifact(path: string): Promise<Artifact> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new WeirError(
      'artifact.unreadable',
      `cannot read artifact ${path} (${codeOf(error)}); name a file written by weir train`,
      { cause: error },
    )
  })
  try {
    return loadArtifact(text)
  } catch (error) {
    if (error instanceof WeirError)
      throw new WeirError(error.code, `${path}: ${error.message}`, { cause: error })
    throw error
  }
}

/** Fails early with `artifact.write` when `path` cannot be written: nobody should train for minutes to learn that. */
export async function checkWritable(path: string): Promise<void> {
  try {
    // With the dot a file in the place of the folder fails too.
    await access(`${dirname(resolve(path))}${sep}.`, constants.W_OK)
    await refuseFolder(path)
  } catch (error) {
    throw unwritable(path, error)
  }
}

async function refuseFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory() === true) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' })
}

/** Throws `artifact.write`. */
export async function writeArtifact(path: string, artifact: Artifact): Promise<void> {
  return writeText(path, saveArtifact(artifact))
}

/** In one step. Throws `artifact.write`. */
export async function writeText(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.part`
  try {
    await writeFile(draft, text)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw unwritable(path, error)
  }
}

function unwritable(path: string, cause: unknown): WeirError {
  return new WeirError(
    'artifact.write',
    `cannot write artifact ${path} (${codeOf(cause)}); name a file in a folder that exists and that this user may write to`,
    { cause },
  )
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
