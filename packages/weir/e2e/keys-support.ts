/** A store of virtual keys in a folder of its own, and what its keys spent. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { KeyFile, type KeySpec, type SpendRow } from '../src/access/store-file.ts'

export const BY = { actor: 'test', now: new Date() }

export interface MadeKey {
  readonly id: string
  readonly text: string
  /** That send it. */
  readonly headers: Record<string, string>
}

export class TemporaryKeys {
  folder = ''

  get path(): string {
    return join(this.folder, 'keys.sqlite')
  }

  /** Made before the gateway starts, as an operator would. */
  make(limits: KeySpec['limits'] = {}, more: Partial<KeySpec> = {}): MadeKey {
    const file = new KeyFile(this.path)
    const { key, text } = file.create({ name: 'caller', role: 'caller', limits, ...more }, BY)
    file.close()
    return { id: key.id, text, headers: bearer(text) }
  }

  /** After every request has ended and the disk was told. */
  async spent(
    gateway: { close(): Promise<void> },
    id: string,
  ): Promise<Pick<SpendRow, 'meteredUsd' | 'estimatedUsd' | 'requests'>> {
    await gateway.close()
    const file = new KeyFile(this.path)
    const [row] = file.spend({ from: '2000-01-01', to: '2999-01-01', keyId: id })
    file.close()
    return row ?? { meteredUsd: 0, estimatedUsd: 0, requests: 0 }
  }
}

/** A new one for each test of the file. */
export function useKeys(): TemporaryKeys {
  const keys = new TemporaryKeys()
  beforeEach(() => {
    keys.folder = mkdtempSync(join(tmpdir(), 'weir-keys-'))
  })
  afterEach(() => rmSync(keys.folder, { recursive: true, force: true }))
  return keys
}

export function bearer(text: string): Record<string, string> {
  return { authorization: `Bearer ${text}` }
}
