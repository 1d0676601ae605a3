import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { DEMO_PAIR, startFleet, startFleetInProcess } from './fleet.ts'

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function ask(baseUrl: string, content: string): Promise<string> {
  const body = JSON.stringify({ model: 'any', messages: [{ role: 'user', content }] })
  const response = await fetch(`${baseUrl}/v1/chat/completions`, { method: 'POST', body })
  const { choices } = (await response.json()) as {
    readonly choices: readonly { readonly message: { readonly content: string } }[]
  }
  return choices[0]?.message.content ?? ''
}

describe('the fleet', () => {
  it('runs each program in a process of its own and ends both', async () => {
    const fleet = await startFleet()
    expect(fleet.models.map(({ model }) => model)).toEqual([DEMO_PAIR.small, DEMO_PAIR.large])
    expect(new Set([process.pid, ...fleet.pids]).size).toBe(3)
    const question = 'What is 2 + 3 * 4?'
    expect(await ask(fleet.models[0]?.baseUrl ?? '', question)).toBe('20')
    expect(await ask(fleet.models[1]?.baseUrl ?? '', question)).toContain('Answer: 14')
    await fleet.close()
    expect(fleet.pids.map(isAlive)).toEqual([false, false])
    await fleet.close()
  })

  it('ends with its parent, also when that is killed', async () => {
    const script = `
      import { startFleet } from ${JSON.stringify(new URL('./fleet.ts', import.meta.url).href)}
      console.log(JSON.stringify((await startFleet()).models))`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const models = JSON.parse(line.toString()) as readonly { readonly baseUrl: string }[]
    const answering = async (): Promise<number> => {
      const replies = await Promise.allSettled(models.map(({ baseUrl }) => fetch(`${baseUrl}/v1/models`)))
      return replies.filter(({ status }) => status === 'fulfilled').length
    }
    expect(await answering()).toBe(2)
    parent.kill('SIGKILL')
    await expect.poll(answering, { timeout: 10_000 }).toBe(0)
  })

  it('has a large model that is dearer', async () => {
    const fleet = await startFleetInProcess({ msPerToken: 0 })
    const [small, large] = fleet.models
    expect(large?.inputUsdPerMTok).toBeGreaterThan(small?.inputUsdPerMTok ?? Infinity)
    expect(large?.outputUsdPerMTok).toBeGreaterThan(small?.outputUsdPerMTok ?? Infinity)
    await fleet.close()
  })
})
