import { describe, expect, it } from 'vitest'
import { createLog, type Log } from './log.ts'
import { SDK_PACKAGE, startOtlp } from './otlp.ts'

function logTo(lines: string[]): Log {
  return createLog({ write: (line) => lines.push(line), now: () => new Date(0) })
}

const refuse = (): Promise<unknown> => Promise.reject(new Error('asked for a package'))
const give = async (): Promise<unknown> => ({ NodeSDK: 1 })

describe('startOtlp', () => {
  it('loads nothing without an endpoint', async () => {
    const lines: string[] = []
    const otlp = await startOtlp({ endpoint: undefined, env: {}, log: logTo(lines), load: refuse })
    expect(otlp.isOn).toBe(false)
    expect(lines).toEqual([])
  })

  it('says what to install when the SDK is not there, and goes on', async () => {
    const lines: string[] = []
    const otlp = await startOtlp({
      endpoint: 'http://user:secret@localhost:4318',
      env: {},
      log: logTo(lines),
    })
    expect(otlp.isOn).toBe(false)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(`npm install ${SDK_PACKAGE}`)
    expect(lines[0]).not.toContain('secret')
  })

  it('starts the SDK with what weir has, leaves what is set, and sends the rest at the end', async () => {
    const did: string[] = []
    class NodeSDK {
      start(): void {
        did.push('start')
      }
      async shutdown(): Promise<void> {
        did.push('shutdown')
      }
    }
    const env: Record<string, string | undefined> = { OTEL_METRICS_EXPORTER: 'none' }
    const lines: string[] = []
    const otlp = await startOtlp({
      endpoint: 'http://user:secret@localhost:4318',
      env,
      log: logTo(lines),
      load: async (name) => (name === SDK_PACKAGE ? { NodeSDK } : {}),
    })
    expect(otlp.isOn).toBe(true)
    await otlp.close()
    expect(did).toEqual(['start', 'shutdown'])
    expect(env).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:secret@localhost:4318',
      OTEL_SERVICE_NAME: 'weir',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    })
    expect(lines.join('')).not.toContain('secret')
  })

  it('goes on when the SDK does not start', async () => {
    const lines: string[] = []
    expect((await startOtlp({ endpoint: 'x', env: {}, log: logTo(lines), load: give })).isOn).toBe(false)
    expect(lines[0]).toContain('did not start')
  })
})
