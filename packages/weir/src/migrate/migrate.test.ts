/** Values that no configuration should hold, and what a migration makes of them: always a file that weir reads, and never a secret. */
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { writtenConfig } from '../config/written.ts'
import { migrate, type Migration } from './migrate.ts'

const DEPLOYMENT = 'model_list:\n  - model_name: m\n    litellm_params:\n      model: openai/gpt-4o\n'

function fromLitellm(text: string): Migration {
  return migrate({ from: 'litellm', path: 'config.yaml', text })
}

function messagesOf({ findings }: Migration): string {
  return findings.map(({ place, message }) => `${place}: ${message}`).join('\n')
}

describe('a value that weir does not take', () => {
  it.each([
    [`${DEPLOYMENT}router_settings: { num_retries: many }`, /router_settings\.num_retries: is no number/],
    [
      `${DEPLOYMENT}general_settings: { max_request_size_mb: big }`,
      /maxBodyBytes: weir does not take its value/,
    ],
    [`${DEPLOYMENT}      num_retries: os.environ/RETRIES`, /num_retries: is no number/],
    [`${DEPLOYMENT}      weight: 0`, /models\.m\.weight: weir does not take its value/],
    [`${DEPLOYMENT}      input_cost_per_token: -1`, /inputUsdPerMTok: weir does not take its value/],
  ])('%j is left out and told', (text, told) => {
    const migration = fromLitellm(text)
    const checked = writtenConfig.safeParse(parse(migration.yaml))
    expect(checked.success ? [] : checked.error.issues).toEqual([])
    expect(messagesOf(migration)).toMatch(told)
  })

  it('a count above the most that weir takes becomes that', () => {
    const migration = fromLitellm(`${DEPLOYMENT}router_settings: { num_retries: 50 }`)
    expect(parse(migration.yaml)).toMatchObject({ retry: { count: 10 } })
  })

  it('of Portkey, likewise', () => {
    const text = '{"provider":"openai","retry":{"attempts":"often"},"request_timeout":"long"}'
    const migration = migrate({ from: 'portkey', path: 'config.json', text })
    expect(writtenConfig.safeParse(parse(migration.yaml)).success).toBe(true)
    expect(messagesOf(migration)).toMatch(/retry\.attempts: is no number/)
  })
})

it.each(['user:canary@host/v1', 'canary', 'file:///canary'])(
  '%s is no address, and is not copied',
  (base) => {
    const migration = fromLitellm(`${DEPLOYMENT}      api_base: "${base}"`)
    expect(`${migration.yaml}\n${messagesOf(migration)}`).not.toContain('canary')
    expect(messagesOf(migration)).toMatch(/api_base: is no http\(s\) URL/)
  },
)
