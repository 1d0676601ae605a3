import { describe, expect, it } from 'vitest'
import { parseConfig } from '../config/load.ts'
import { finalPart } from './answer.ts'
import { largeProgram } from './large/program.ts'
import { EASY_QUESTION, HARD_QUESTION, writeCommands, writeConfig, writeLocalServer } from './say.ts'
import { smallProgram } from './small/program.ts'

describe('the commands', () => {
  it('hold an easy question that both programs answer and a hard one that only the large one does', () => {
    expect(smallProgram.reply(EASY_QUESTION).text).toBe('12')
    expect(finalPart(largeProgram.reply(EASY_QUESTION).text)).toBe('12')
    expect(smallProgram.reply(HARD_QUESTION).text).not.toBe('39')
    expect(finalPart(largeProgram.reply(HARD_QUESTION).text)).toBe('39')
  })

  it('survive a shell: JSON in single quotes without a single quote inside', () => {
    const commands = writeCommands('http://127.0.0.1:4000')
      .split('\n')
      .filter((line) => line.startsWith('curl'))
    expect(commands).toHaveLength(4)
    for (const command of commands) {
      const body = / -d '([^']*)'$/.exec(command)?.[1] ?? ''
      expect(JSON.parse(body)).toMatchObject({ model: 'weir', messages: [{ role: 'user' }] })
    }
  })
})

describe('what is said about a local server', () => {
  it.each([
    ['two models', ['llama3.2:3b', 'qwen2.5:32b', 'another']],
    ['one model', ['llama3.2:3b']],
  ])('is a configuration that weir serve accepts: %s', (_what, models) => {
    const server = { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', models }
    const config = parseConfig({ text: writeConfig(server), path: 'weir.yaml', env: {} })
    expect(config.small).toBe('llama3.2:3b')
    expect(config.models).toHaveLength(2)
    expect(writeLocalServer(server)).toContain(`--small ${config.small} --large ${config.large}`)
  })
})
