/** Vectors of AWS's published suite (aws-sig-v4-test-suite, get-vanilla and post-vanilla), and a path that is encoded twice. */
import { describe, expect, it } from 'vitest'
import { sign } from './sigv4.ts'

const SIGNING = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
}
const AT = new Date('2015-08-30T12:36:00Z')

describe('sign', () => {
  it.each([
    ['GET', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  ])('%s of the published suite', (method, signature) => {
    const request = { method, host: 'example.amazonaws.com', path: '/', body: '', at: AT }
    expect(sign(request, { ...SIGNING, service: 'service' })).toEqual([
      'authorization',
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
      'x-amz-date',
      '20150830T123600Z',
    ])
  })

  // Made with aws4fetch 1.0, another implementation: the colon of a model's name and a session token.
  it('signs a path of Bedrock as others do', () => {
    const headers = sign(
      {
        method: 'POST',
        host: 'bedrock-runtime.us-east-1.amazonaws.com',
        path: '/model/anthropic.claude-haiku-4-5-20251001-v1%3A0/converse',
        body: '{"messages":[]}',
        at: AT,
      },
      { ...SIGNING, service: 'bedrock', sessionToken: 'token' },
    )
    expect(headers[1]).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token')
    expect(headers[1]).toContain('8e2c489f89334dec0859c730c26024cb1b30fd070c1fdbc879d0e568c0dd1fca')
    expect(headers.slice(-2)).toEqual(['x-amz-security-token', 'token'])
  })
})
