/** Units that the programs know: dimension, size in the base unit of the dimension, and names. Sizes are exact by definition. */

export interface Unit {
  readonly dimension: string
  /** How many base units (meter, gram, second, liter, square meter, byte) make one of this. */
  readonly size: number
}

type Row = readonly [size: number, names: string]

const LENGTH: readonly Row[] = [
  [1, 'm meter meters metre metres'],
  [1000, 'km kilometer kilometers kilometre kilometres kms'],
  [0.01, 'cm centimeter centimeters centimetre centimetres'],
  [0.001, 'mm millimeter millimeters millimetre millimetres'],
  [1609.344, 'mi mile miles'],
  [0.3048, 'ft foot feet'],
  [0.0254, 'inch inches'],
  [0.9144, 'yd yard yards'],
  [1852, 'nmi'],
]
const MASS: readonly Row[] = [
  [1, 'g gram grams'],
  [1000, 'kg kilogram kilograms kilo kilos'],
  [0.001, 'mg milligram milligrams'],
  [1e6, 't ton tons tonne tonnes'],
  [453.59237, 'lb lbs pound pounds'],
  [28.349523125, 'oz ounce ounces'],
  [6350.29318, 'stone stones'],
]
const TIME: readonly Row[] = [
  [1, 's sec second seconds'],
  [60, 'min minute minutes mins'],
  [3600, 'h hr hour hours hrs'],
  [86400, 'day days'],
  [604800, 'week weeks'],
  [0.001, 'ms millisecond milliseconds'],
]
const VOLUME: readonly Row[] = [
  [1, 'l liter liters litre litres'],
  [0.001, 'ml milliliter milliliters millilitre millilitres'],
  [3.785411784, 'gal gallon gallons'],
  [0.946352946, 'quart quarts'],
  [0.473176473, 'pint pints'],
  [0.2365882365, 'cup cups'],
]
const AREA: readonly Row[] = [
  [1, 'sqm'],
  [10000, 'hectare hectares ha'],
  [4046.8564224, 'acre acres'],
  [1e6, 'sqkm'],
  [0.09290304, 'sqft'],
]
const DATA: readonly Row[] = [
  [1, 'byte bytes'],
  [1000, 'kb kilobyte kilobytes'],
  [1e6, 'mb megabyte megabytes'],
  [1e9, 'gb gigabyte gigabytes'],
]

const UNITS: ReadonlyMap<string, Unit> = new Map(
  Object.entries({ length: LENGTH, mass: MASS, time: TIME, volume: VOLUME, area: AREA, data: DATA }).flatMap(
    ([dimension, rows]) =>
      rows.flatMap(([size, names]) =>
        names.split(' ').map((name): readonly [string, Unit] => [name, { dimension, size }]),
      ),
  ),
)

/** The unit of a name, singular or plural or symbol; undefined when unknown. */
export function findUnit(name: string): Unit | undefined {
  return UNITS.get(name.toLowerCase())
}
