/**
 * What a first start of the demo leaves for the next: recorded outcomes and the artifact, in a folder named after everything they depend
 * on. A file appears under its name only when it is complete. Whatever cannot be read back counts as not there.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isWeirError, type Outcome } from '@weir/core'
import { readOutcomes, unwritable, writeOutcomes } from '../record/outcome-file.ts'

export interface Cache {
  readonly directory: string
  /** Rows kept under the name; undefined when there are none that can be read. */
  loadRows(name: string): Promise<readonly Outcome[] | undefined>
  saveRows(name: string, rows: readonly Outcome[]): Promise<void>
  loadText(name: string): Promise<string | undefined>
  saveText(name: string, text: string): Promise<void>
}

/** Throws `cli.write` when the folder cannot be made. */
export async function openCache(directory: string): Promise<Cache> {
  try {
    await mkdir(directory, { recursive: true })
  } catch (cause) {
    throw unwritable(directory, cause)
  }
  const rowsPath = (name: string): string => join(directory, `${name}.jsonl.gz`)
  return {
    directory,
    loadRows: (name) => loadRows(rowsPath(name)),
    saveRows: (name, rows) => writeOutcomes(rowsPath(name), rows),
    loadText: (name) => readFile(join(directory, name), 'utf8').catch(() => undefined),
    saveText: (name, text) => saveText(join(directory, name), text),
  }
}

async function loadRows(path: string): Promise<readonly Outcome[] | undefined> {
  try {
    const rows: Outcome[] = []
    for await (const row of readOutcomes([path])) rows.push(row)
    return rows
  } catch (error) {
    if (isWeirError(error)) return undefined
    throw error
  }
}

async function saveText(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.part`
  try {
    await writeFile(draft, text)
    await rename(draft, path)
  } catch (cause) {
    await rm(draft, { force: true })
    throw unwritable(path, cause)
  }
}
