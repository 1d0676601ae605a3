import { describe, expect, it } from 'vitest'
import { Counter, Histogram } from './series.ts'

const label = (name: string, values: number): { name: string; values: number } => ({ name, values })

describe('Counter', () => {
  it('counts per combination of labels', () => {
    const counter = new Counter({ name: 'c', help: '', labels: [label('a', 3), label('b', 3)], series: 9 })
    counter.add(['x', 'y'])
    counter.add(['x', 'y'], 2)
    counter.add(['y', 'x'])
    expect(counter.points()).toEqual([
      {
        labels: [
          ['a', 'x'],
          ['b', 'y'],
        ],
        value: 3,
      },
      {
        labels: [
          ['a', 'y'],
          ['b', 'x'],
        ],
        value: 1,
      },
    ])
  })

  it('keeps the first values of a label and puts the rest under other; the sum stays right', () => {
    const counter = new Counter({ name: 'c', help: '', labels: [label('a', 2)], series: 100 })
    for (let i = 0; i < 100; i += 1) counter.add([`v${i % 10}`])
    expect(counter.points()).toEqual([
      { labels: [['a', 'other']], value: 80 },
      { labels: [['a', 'v0']], value: 10 },
      { labels: [['a', 'v1']], value: 10 },
    ])
  })

  it('keeps the first series of a family and puts the rest under other', () => {
    const counter = new Counter({ name: 'c', help: '', labels: [label('a', 50), label('b', 50)], series: 5 })
    for (let i = 0; i < 50; i += 1) counter.add([`a${i}`, `b${i}`])
    expect(counter.seriesCount).toBe(6)
    expect(counter.overflowed).toBe(45)
    expect(counter.points().reduce((sum, { value }) => sum + value, 0)).toBe(50)
  })

  it('has room for reserved values whatever came before', () => {
    const counter = new Counter({ name: 'c', help: '', labels: [label('a', 2)], series: 10 })
    counter.reserve('a', ['mine'])
    for (let i = 0; i < 10; i += 1) counter.add([`v${i}`])
    counter.add(['mine'])
    expect(counter.points()).toContainEqual({ labels: [['a', 'mine']], value: 1 })
  })

  it('passes over amounts that are none', () => {
    const counter = new Counter({ name: 'c', help: '', labels: [], series: 1 })
    for (const amount of [Number.NaN, -1, Infinity, 0.5]) counter.add([], amount)
    expect(counter.points()).toEqual([{ labels: [], value: 0.5 }])
  })

  it('holds no value longer than a name can be', () => {
    const counter = new Counter({ name: 'c', help: '', labels: [label('a', 10)], series: 10 })
    counter.add(['x'.repeat(1_000_000)])
    expect(counter.points()).toEqual([{ labels: [['a', 'other']], value: 1 }])
  })
})

describe('Histogram', () => {
  it('has each value in the first bucket that holds it, bounds included', () => {
    const histogram = new Histogram({ name: 'h', help: '', labels: [], series: 1, bounds: [1, 2, 4] })
    for (const value of [0, 1, 1.5, 2, 3, 5, 100]) histogram.observe([], value)
    // up to 1: 0, 1; up to 2: and 1.5, 2; up to 4: and 3; all: and 5, 100
    expect(histogram.points()).toEqual([{ labels: [], cumulative: [2, 4, 5, 7], sum: 112.5 }])
  })

  it('keeps its series apart while it grows', () => {
    const histogram = new Histogram({
      name: 'h',
      help: '',
      labels: [label('a', 99)],
      series: 99,
      bounds: [1],
    })
    for (let i = 0; i < 99; i += 1) for (let n = 0; n <= i; n += 1) histogram.observe([`v${i}`], 0.5)
    const counts = histogram.points().map(({ cumulative }) => cumulative)
    expect(counts).toEqual(Array.from({ length: 99 }, (_, i) => [i + 1, i + 1]))
  })
})
