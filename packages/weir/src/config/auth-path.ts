/**
 * Path of the key store, from a configuration that need not be complete: keys can be made before there is an artifact or a provider's key.
 */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { WeirError } from '@weir/core'
import { parseWritten } from './load.ts'

/** Undefined when it has no `auth`. Throws `config.` errors. */
export async function readAuthPath(path: string): Promise<string | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new WeirError(
      'config.unreadable',
      `${path} cannot be read; give the file with --config, or --store`,
      {
        cause: error,
      },
    )
  }
  const { auth } = parseWritten(path, text).written
  return auth === undefined ? undefined : resolve(dirname(path), auth.path)
}
