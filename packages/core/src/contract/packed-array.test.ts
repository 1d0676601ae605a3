import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWeirError } from './errors.ts'
import { packArray, unpackArray, unpackIntegers, type PackedType } from './packed-array.ts'

const float = fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 1000)
const floats = fc.array(float, { maxLength: 50 })

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (isWeirError(error)) return `${error.code}: ${error.message}`
    throw error
  }
  throw new Error('accepted')
}

describe('packArray', () => {
  it('is readable forever: the bytes are fixed', () => {
    expect(packArray([1, -2, 300], 'int32')).toEqual({
      type: 'int32',
      length: 3,
      scale: 1,
      data: 'AQAAAP7///8sAQAA', // 01000000 feffffff 2c010000
    })
    expect(packArray([127, -127, 1], 'int8')).toEqual({ type: 'int8', length: 3, scale: 1, data: 'f4EB' })
    expect([...unpackArray({ type: 'float32', length: 1, scale: 1, data: 'AACAPw==' }, 'x')]).toEqual([1])
    expect([...unpackArray({ type: 'int16', length: 2, scale: 0.5, data: 'AgD+/w==' }, 'x')]).toEqual([1, -1])
  })

  it('float32 comes back as the nearest float32', () => {
    fc.assert(
      fc.property(floats, (values) => {
        expect(unpackArray(packArray(values, 'float32'), 'x')).toEqual(Float32Array.from(values))
      }),
    )
  })

  it('int32 keeps integers as they are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 50 }), (values) => {
        expect([...unpackIntegers(packArray(values, 'int32'), 'x')]).toEqual(values)
      }),
    )
  })

  it.each<[PackedType, number]>([
    ['int8', 127],
    ['int16', 32_767],
  ])('%s is off by at most half a step of largest / %d', (type, steps) => {
    fc.assert(
      fc.property(floats, (values) => {
        const packed = packArray(values, type)
        const step = Math.max(0, ...values.map(Math.abs)) / steps
        const back = unpackArray(packed, 'x')
        for (const [i, value] of values.entries()) {
          expect(Math.abs(back[i]! - value)).toBeLessThanOrEqual(step / 2 + Math.abs(value) * 1e-6)
        }
      }),
    )
  })

  it('packing what was unpacked gives the same bytes', () => {
    fc.assert(
      fc.property(floats, fc.constantFrom<PackedType>('int8', 'int16', 'float32'), (values, type) => {
        const once = unpackArray(packArray(values, type), 'x')
        expect(packArray(once, type).data).toBe(packArray(values, type).data)
      }),
    )
  })

  it('takes nothing, zeros, and more than fits into one call', () => {
    for (const type of ['int8', 'int16', 'int32', 'float32'] as const) {
      expect(unpackArray(packArray([], type), 'x').length).toBe(0)
      expect([...unpackArray(packArray([0, 0], type), 'x')]).toEqual([0, 0])
    }
    const many = Float32Array.from({ length: 300_000 }, (_, i) => i % 100)
    expect(unpackArray(packArray(many, 'float32'), 'x')).toEqual(many)
  })
})

describe('unpackArray', () => {
  const good = packArray([1, 2, 3], 'int16')

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['text', 'AAAA'],
    ['another type', { ...good, type: 'float64' }],
    ['no length', { ...good, length: undefined }],
    ['too few bytes', { ...good, length: 4 }],
    ['too many bytes', { ...good, length: 2 }],
    ['half an element', { ...good, data: 'AAAA' }],
    ['no base64', { ...good, data: '*not base64*' }],
    ['a lost scale', { ...good, scale: null }],
  ])('refuses %s, naming the field', (_, packed) => {
    expect(codeOf(() => unpackArray(packed, 'forest.cuts'))).toMatch(/^artifact\.truncated: .*forest\.cuts/)
  })

  it('takes integers from int32 alone', () => {
    expect(codeOf(() => unpackIntegers(good, 'roots'))).toMatch(/^artifact\.truncated: .*roots/)
  })
})
