import { describe, expect, it } from 'vitest'
import { createSchemaCheck } from './json-schema.ts'

describe('createSchemaCheck', () => {
  it.each<[unknown, unknown, boolean]>([
    [{}, 1, true],
    [true, 1, true],
    [false, 1, false],
    [{ type: 'integer' }, 1, true],
    [{ type: 'integer' }, 1.5, false],
    [{ type: 'number' }, 1.5, true],
    [{ type: ['string', 'null'] }, null, true],
    [{ type: ['string', 'null'] }, 0, false],
    [{ type: 'object' }, [], false],
    [{ type: 'array' }, [], true],
    [{ enum: ['a', { b: 1, c: 2 }] }, { c: 2, b: 1 }, true],
    [{ enum: ['a', 1] }, '1', false],
    [{ const: [1, 2] }, [1, 2], true],
    [{ const: [1, 2] }, [2, 1], false],
    [{ properties: { a: { type: 'string' } } }, {}, true],
    [{ properties: { a: { type: 'string' } } }, { a: 1 }, false],
    [{ properties: { a: { type: 'string' } } }, 'not an object', true],
    [{ required: ['a', 'b'] }, { a: 1, b: null }, true],
    [{ required: ['a', 'b'] }, { a: 1 }, false],
    // Inherited names are no properties.
    [{ required: ['toString'] }, {}, false],
    [{ properties: { a: {} }, additionalProperties: false }, { a: 1 }, true],
    [{ properties: { a: {} }, additionalProperties: false }, { a: 1, b: 1 }, false],
    [{ additionalProperties: { type: 'number' } }, { a: 1, b: 'x' }, false],
    [{ items: { type: 'number' }, minItems: 1, maxItems: 2 }, [1, 2], true],
    [{ items: { type: 'number' } }, [1, 'x'], false],
    [{ minItems: 1 }, [], false],
    [{ maxItems: 1 }, [1, 2], false],
    [{ minLength: 2, maxLength: 3 }, 'ab', true],
    // One character, though two units of UTF-16.
    [{ maxLength: 1 }, '𝒜', true],
    [{ minLength: 2 }, 'a', false],
    [{ pattern: '^a' }, 'ab', true],
    [{ pattern: '^a' }, 'ba', false],
    [{ minimum: 1, maximum: 2 }, 2, true],
    [{ minimum: 1 }, 0.5, false],
    [{ maximum: 2 }, 2.5, false],
    [{ anyOf: [{ type: 'string' }, { minimum: 3 }] }, 4, true],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 4, false],
    [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, 3, false],
    [{ oneOf: [{ minimum: 1 }, { minimum: 2 }] }, 1, true],
    [{ oneOf: [{ minimum: 1 }, { minimum: 2 }] }, 3, false],
    [{ title: 'x', description: 'y', default: 1, $schema: 'z', type: 'null' }, null, true],
  ])('%j of %j', (schema, value, expected) => {
    expect(createSchemaCheck(schema)(value)).toBe(expected)
  })

  it.each([
    [{ $ref: '#/definitions/x' }],
    [{ type: 'date' }],
    [{ items: { format: 'uri' } }],
    [{ anyOf: [{ not: {} }] }],
    [{ properties: 1 }],
    [{ pattern: '(' }],
    [1],
  ])('refuses %j when it is made, instead of checking half of it', (schema) => {
    expect(() => createSchemaCheck(schema)).toThrow(expect.objectContaining({ code: 'config.value' }))
  })
})
