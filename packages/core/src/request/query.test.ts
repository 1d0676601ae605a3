import { describe, expect, it } from 'vitest'
import { isWeirError } from '../contract/errors.ts'
import { parseChatBody, queryFromOutcome, queryFromPrompt } from './query.ts'

const user = (content: unknown): unknown => ({ messages: [{ role: 'user', content }] })

function failureOf(body: unknown): string {
  try {
    parseChatBody(body)
  } catch (error) {
    if (isWeirError(error)) return `${error.code}: ${error.message}`
    throw error
  }
  throw new Error('accepted')
}

describe('parseChatBody', () => {
  it('reads roles; developer counts as system, function as tool', () => {
    const roles = ['system', 'developer', 'user', 'assistant', 'tool', 'function']
    const { turns } = parseChatBody({ messages: roles.map((role) => ({ role, content: role })) })
    expect(turns.map(({ role }) => role)).toEqual(['system', 'system', 'user', 'assistant', 'tool', 'tool'])
    expect(turns.map(({ text }) => text)).toEqual(roles)
  })

  it('joins text parts in order and counts images, of all turns', () => {
    const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }
    const parts = [
      { type: 'text', text: 'one' },
      image,
      { type: 'text', text: 'two' },
      { type: 'novel' },
      null,
      7,
    ]
    const { turns, images } = parseChatBody({
      messages: [
        { role: 'user', content: parts },
        { role: 'user', content: [image] },
      ],
    })
    expect(turns.map(({ text }) => text)).toEqual(['one\ntwo', ''])
    expect(images).toBe(2)
  })

  it('takes messages without content: an assistant that only called tools', () => {
    const call = { role: 'assistant', content: null, tool_calls: [{ id: 'x' }] }
    expect(parseChatBody({ messages: [call] }).turns).toEqual([{ role: 'assistant', text: '' }])
  })

  it('counts tools and sees whether JSON is asked for', () => {
    expect(parseChatBody(user('hi'))).toMatchObject({ tools: 0, images: 0, wantsJson: false })
    expect(parseChatBody({ ...(user('hi') as object), tools: [{}, {}] }).tools).toBe(2)
    for (const [type, wantsJson] of [
      ['json_object', true],
      ['json_schema', true],
      ['text', false],
    ]) {
      expect(parseChatBody({ ...(user('hi') as object), response_format: { type } }).wantsJson).toBe(
        wantsJson,
      )
    }
  })

  it('lets unknown fields be and leaves the body alone', () => {
    const body = { ...(user('hi') as object), temperature: 'odd', novel: { deep: true } }
    const before = JSON.stringify(body)
    expect(parseChatBody(body).turns).toEqual([{ role: 'user', text: 'hi' }])
    expect(JSON.stringify(body)).toBe(before)
  })

  it.each([
    ['no object', 'secret text', /body must be a JSON object/],
    ['an array', ['secret text'], /body must be a JSON object/],
    ['no messages', { prompt: 'secret text' }, /messages must be a non-empty array/],
    ['messages that are text', { messages: 'secret text' }, /messages must be a non-empty array/],
    ['no message at all', { messages: [] }, /messages must be a non-empty array/],
    [
      'a message that is text',
      { messages: [{ role: 'user', content: '' }, 'secret text'] },
      /messages\[1\] must be/,
    ],
    [
      'no role',
      { messages: [{ content: 'secret text' }] },
      /messages\[0\]\.role must be one of system, .*user/,
    ],
    ['an unknown role', { messages: [{ role: 'secret text', content: 'x' }] }, /messages\[0\]\.role/],
    [
      'a role that objects inherit',
      { messages: [{ role: 'constructor', content: 'x' }] },
      /messages\[0\]\.role/,
    ],
  ])('refuses %s, naming the field and never the text', (_, body, message) => {
    expect(failureOf(body)).toMatch(/^request\.body: /)
    expect(failureOf(body)).toMatch(message)
    expect(failureOf(body)).not.toContain('secret')
  })
})

describe('queryFromOutcome', () => {
  const models = { m: {} }

  it('reads messages, else the prompt, else nothing', () => {
    const messages = [{ role: 'user', content: 'from messages' }]
    expect(queryFromOutcome({ id: '1', prompt: 'from prompt', messages, models })?.turns[0]?.text).toBe(
      'from messages',
    )
    expect(queryFromOutcome({ id: '1', prompt: 'from prompt', models })).toEqual(
      queryFromPrompt('from prompt'),
    )
    expect(queryFromOutcome({ id: '1', prompt: '', models })).toEqual(queryFromPrompt(''))
    expect(queryFromOutcome({ id: '1', models })).toBeUndefined()
  })

  it('sees a prompt as the chat body of one user turn', () => {
    expect(queryFromPrompt('hi')).toEqual(parseChatBody(user('hi')))
  })
})
