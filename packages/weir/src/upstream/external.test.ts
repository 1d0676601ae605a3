/** The client of an external scorer: whatever happens, an attempt comes back. */
import { describe, expect, it } from 'vitest'
import { createExternalClient } from './external.ts'

const REQUEST = { model: 'small', prompt: 'p', answers: ['a'] } as never

describe('createExternalClient', () => {
  it('one whose configuration has been replaced fails like any other call', async () => {
    const client = createExternalClient({ url: 'http://127.0.0.1:1/score', timeoutMs: 1_000 })
    await client.destroy()
    const lifeline = { isGone: false, call: undefined }
    const attempt = await client.ask(REQUEST, lifeline)
    expect([attempt.error?.code, lifeline.call]).toEqual(['upstream.connect', undefined])
  })

  it('is not asked for a caller who has gone', async () => {
    const client = createExternalClient({ url: 'http://127.0.0.1:1/score', timeoutMs: 1_000 })
    const attempt = await client.ask(REQUEST, { isGone: true, call: undefined })
    expect(attempt.error?.code).toBe('request.aborted')
    await client.destroy()
  })
})
