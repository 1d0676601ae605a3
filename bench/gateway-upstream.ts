/**
 * The model of the gateway bench, in a process of its own: answers every POST at once with the same bytes, JSON or a stream of
 * events as the request asks. Raw sockets, so that it takes little of the two cores that it shares with what is measured.
 */
import { createServer, type Socket } from 'node:net'
import { reportTo } from './gateway-process.ts'

/** About what a short answer is: 1 kB. */
const ANSWER = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'bench',
  choices: [
    { index: 0, message: { role: 'assistant', content: 'word '.repeat(160) }, finish_reason: 'stop' },
  ],
  usage: { prompt_tokens: 120, completion_tokens: 160, total_tokens: 280 },
})
const JSON_BYTES = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${ANSWER.length}\r\n\r\n${ANSWER}`,
)

/** Events of a streamed answer, about 190 bytes each. */
export const EVENTS = 100
const EVENT = `data: ${JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'bench',
  choices: [{ index: 0, delta: { content: ' word of the answer' }, finish_reason: null }],
})}\n\n`
const HEAD = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n',
)
const PIECE = Buffer.from(`${EVENT.length.toString(16)}\r\n${EVENT}\r\n`)
const DONE = 'data: [DONE]\n\n'
const END = Buffer.from(`${DONE.length.toString(16)}\r\n${DONE}\r\n0\r\n\r\n`)

/** Events of a paced stream. */
const PACED_EVENTS = 50

/** One event per pace, the first after one pace; each says when it was sent, by the clock that all processes of a machine share. */
function answerPaced(socket: Socket, paceMs: number): void {
  socket.write(HEAD)
  let left = PACED_EVENTS
  const timer = setInterval(() => {
    if (socket.destroyed) return clearInterval(timer)
    const stamp = `"sentNs":"${process.hrtime.bigint()}",`
    const event = `${EVENT.slice(0, STAMP_AT)}${stamp}${EVENT.slice(STAMP_AT)}`
    socket.write(`${event.length.toString(16)}\r\n${event}\r\n`)
    left -= 1
    if (left > 0) return
    clearInterval(timer)
    socket.write(END)
  }, paceMs)
}

/** Behind the opening brace of an event's JSON. */
const STAMP_AT = 'data: {'.length

function answer(socket: Socket, body: string): void {
  if (!body.includes('"stream":true')) {
    socket.write(JSON_BYTES)
    return
  }
  const pace = /"user":"paced-(\d+)"/.exec(body)?.[1]
  if (pace !== undefined) return answerPaced(socket, Number(pace))
  socket.write(HEAD)
  for (let index = 0; index < EVENTS; index += 1) socket.write(PIECE)
  socket.write(END)
}

const server = createServer((socket) => {
  let text = ''
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
      if (text.length < end + 4 + length) return
      answer(socket, text.slice(end + 4, end + 4 + length))
      text = text.slice(end + 4 + length)
    }
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  reportTo(typeof address === 'object' && address !== null ? address.port : 0)
})
