/** Headers of an upstream that cannot be sent on do not take the answer with them. */
import { expect, it } from 'vitest'
import { selectForCaller } from './headers.ts'

it('leaves out what a response head cannot hold', () => {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store\ufffd',
    'x-ratelimit-limit-requests': '10\ufffd',
    'retry-after': 'a\r\nb',
  }
  expect(selectForCaller(headers)).toEqual(['content-type', 'application/json'])
})
