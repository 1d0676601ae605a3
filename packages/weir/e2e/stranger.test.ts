/**
 * A stranger with two providers, an empty folder and the README: its section "Your own two models" is read here and done as it stands, but for
 * where the providers are. Ends at a routed answer.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startModelServer, type ModelServer } from '../src/demo/model-server.ts'

const ROOT = join(import.meta.dirname, '../../..')
const BIN = join(ROOT, 'packages/weir/bin/weir.js')
const run = promisify(execFile)

/** Adds two numbers; the cheap one only below twenty. */
function add(prompt: string, isCheap: boolean): { text: string; tried: number } {
  const [a = 0, b = 0] = [...prompt.matchAll(/\d+/g)].map(Number)
  return { text: `The answer is ${isCheap && a > 20 ? a : a + b}.`, tried: 1 }
}

const servers: ModelServer[] = []
let folder = ''
let section = ''
let gateway: ChildProcess | undefined

beforeAll(async () => {
  for (const model of ['qwen2.5:7b', 'gpt-4o']) {
    const reply = (prompt: string): ReturnType<typeof add> => add(prompt, model !== 'gpt-4o')
    servers.push(await startModelServer({ model, reply }, { msPerToken: 0 }))
  }
  folder = await mkdtemp(join(tmpdir(), 'weir-stranger-'))
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  section = /^## Your own two models.*?(?=^## )/ms.exec(readme)?.[0] ?? ''
})

afterAll(async () => {
  gateway?.kill('SIGTERM')
  await Promise.all(servers.map((server) => server.close()))
  await rm(folder, { recursive: true })
})

function blockOf(language: string): string {
  return new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(section)?.[1] ?? ''
}

const ENV = { ...process.env, OPENAI_API_KEY: 'sk-stranger' }

describe("the README's way from an empty folder to a routed answer", () => {
  it('works as it stands', async () => {
    const [small = '', large = ''] = servers.map(({ url }) => url)
    const yaml = blockOf('yaml')
      .replace('http://localhost:11434', small)
      .replace('https://api.openai.com/v1', `${large}/v1`)
    await writeFile(join(folder, 'weir.yaml'), `${yaml}listen: { port: 0 }\n`)
    const sample = JSON.parse(blockOf('json')) as { prompt: string; reference: string }
    expect(sample).toMatchObject({ prompt: expect.any(String), reference: expect.any(String) })
    const questions = Array.from({ length: 120 }, (_, i) => ({
      ...sample,
      prompt:
        i % 2 === 0
          ? `Add ${i % 20} and ${i % 7}, please.`
          : `How much is the sum of ${30 + i} and ${i % 9}?`,
      reference: String(i % 2 === 0 ? (i % 20) + (i % 7) : 30 + i + (i % 9)),
    }))
    await writeFile(join(folder, 'questions.jsonl'), questions.map((one) => JSON.stringify(one)).join('\n'))
    const lines = blockOf('sh')
      .trim()
      .split('\n')
      .map((line) => line.replace(/ +#.*$/, ''))
    expect(lines.at(-1)).toBe('npx weir serve --config weir.yaml')
    for (const line of lines.slice(0, -1)) await follow(line)
    const url = await serve()
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'weir@0.9',
        messages: [{ role: 'user', content: 'Add 4 and 5, please.' }],
      }),
    })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-weir-reason')).toMatch(/score|level|unfamiliar/)
    expect(await answer.json()).toMatchObject({ choices: [{ message: { content: 'The answer is 9.' } }] })
  })
})

/** A line of the README: a command of weir, or text for the end of a file. */
async function follow(line: string): Promise<void> {
  const [, text, file] = /^echo '(.*)' >> (\S+)$/.exec(line) ?? []
  if (text !== undefined && file !== undefined) return appendFile(join(folder, file), `${text}\n`)
  const [npx, weir, ...args] = line.split(' ')
  expect([npx, weir]).toEqual(['npx', 'weir'])
  await run(process.execPath, [BIN, ...args], { cwd: folder, env: ENV })
}

async function serve(): Promise<string> {
  const child = spawn(process.execPath, [BIN, 'serve', '--config', 'weir.yaml'], { cwd: folder, env: ENV })
  gateway = child
  let said = ''
  for await (const chunk of child.stderr) {
    said += String(chunk)
    const url = /"url":"(http[^"]+)"/.exec(said)?.[1]
    if (url !== undefined) return url
  }
  throw new Error(`weir serve ended: ${said}`)
}
