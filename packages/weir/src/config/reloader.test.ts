/** What a reloader does when files change, with a configuration and a gateway that are only told of. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WeirError } from '@weir/core'
import { SILENT } from '../telemetry/log.ts'
import { listChanges } from './changes.ts'
import { parseConfig, type Config } from './load.ts'
import { startReloader } from './reload.ts'

const YAML = `
artifact: a.weir
models:
  small: { baseUrl: http://127.0.0.1:1, logprobs: true }
  large: { baseUrl: http://127.0.0.1:1 }
`

function configOf(text: string): Config {
  return parseConfig({ text, path: 'weir.yaml', env: {} })
}

const folders: string[] = []

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })))
})

describe('startReloader', () => {
  it('an artifact that was refused is looked at again when it has been written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'weir-reloader-'))
    folders.push(folder)
    const path = join(folder, 'weir.yaml')
    await writeFile(path, YAML)
    const before = { ...configOf(YAML), artifactPath: join(folder, 'old.weir') }
    const artifactPath = join(folder, 'new.weir')
    const put = vi.fn(async () => {
      if (!existsSync(artifactPath)) throw new WeirError('artifact.unreadable', 'not there yet')
    })
    const reloader = await startReloader({
      path,
      config: before,
      load: async () => ({ ...before, artifactPath }),
      put,
      log: SILENT,
      intervalMs: 5,
    })
    expect(await reloader.reload('test')).toMatchObject({ status: 'refused' })
    await writeFile(artifactPath, '{}')
    await vi.waitFor(() => expect(put).toHaveBeenCalledTimes(2), { timeout: 10_000 })
    await reloader.close()
  })
})

describe('listChanges', () => {
  it.each([
    ['retry: { count: 5 }', ['retry.count']],
    ['hedge: { fraction: 0.1 }', ['hedge.fraction']],
    ['scorers: { logprob: {} }', ['scorers.logprob (added)']],
    ['scorers: { accumulated: { cut: -3 } }', ['scorers.accumulated (added)']],
    ['scorers: { external: { url: "http://127.0.0.1:2" } }', ['scorers.external (added)']],
  ])('%s is told by its name in weir.yaml', (line, expected) => {
    expect(listChanges(configOf(YAML), configOf(`${YAML}${line}\n`))).toEqual(expected)
  })

  it('a cut that changes is told alone', () => {
    const [before, after] = ['-3', '-4'].map((cut) => `${YAML}scorers: { accumulated: { cut: ${cut} } }\n`)
    const changes = listChanges(configOf(before ?? ''), configOf(after ?? ''))
    expect(changes).toEqual(['scorers.accumulated.cut'])
  })
})
