/**
 * An HTML report as a file: it appears under its name only when it is whole. Both throw `cli.write`.
 */
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { unwritable } from '../record/outcome-file.ts'

/** Fails early: nobody should wait for the numbers to learn that the page has no place. */
export async function checkPlace(path: string): Promise<void> {
  try {
    await access(dirname(resolve(path)), constants.W_OK)
  } catch (error) {
    throw unwritable(path, error)
  }
}

export async function writePage(path: string, html: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.part`
  try {
    await writeFile(draft, html)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw unwritable(path, error)
  }
}
