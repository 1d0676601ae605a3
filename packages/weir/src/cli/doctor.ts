/**
 * `weir doctor`: says before callers do what is wrong: configuration, keys, artifact, upstreams, clock, disk, ports, Node. Spends no token, changes
 * nothing, prints no key. Exit 3 when something fails.
 */
import type { Command } from 'commander'
import { WeirError } from '@weir/core'
import type { Finding } from '../doctor/finding.ts'

interface DoctorOptions {
  readonly config?: string
  readonly json?: boolean
  readonly timeoutMs: number
}

export function register(program: Command): void {
  program
    .command('doctor')
    .description(
      'Check configuration, keys, artifact, upstreams, clock, disk and ports, without spending a token. Exit 3 when something fails.',
    )
    .option('--config <file>', 'weir.yaml; without it only this machine is looked at')
    .option('--timeout-ms <n>', 'how long an upstream may take', parseTimeout, 5_000)
    .option('--json', 'print one object')
    .action(diagnose)
}

function parseTimeout(text: string): number {
  const ms = Number(text)
  if (/^\d+$/.test(text) && ms >= 1 && ms <= 600_000) return ms
  throw new WeirError(
    'cli.usage',
    `--timeout-ms must be a number from 1 to 600000, got "${text.slice(0, 40)}"`,
  )
}

async function diagnose({ config: path, json = false, timeoutMs }: DoctorOptions): Promise<void> {
  const { examine } = await import('../doctor/examine.ts')
  const findings = await examine({ path, env: process.env, timeoutMs, nowMs: () => new Date().getTime() })
  const isGood = findings.every(({ status }) => status !== 'fail')
  const text = json ? JSON.stringify({ ok: isGood, findings }) : findings.map(toText).join('\n')
  process.stdout.write(`${text}\n`)
  if (!isGood) process.exitCode = 3
}

function toText({ check, status, message, remedy }: Finding): string {
  const line = `${status.padEnd(4)}  ${check}: ${message}`
  return remedy === undefined || status === 'ok' ? line : `${line}\n      ${remedy}`
}
