/** A copy without the members that are undefined: what is not known is absent, on disk and on the wire. */
export function dropUndefined<T extends object>(value: T): Defined<T> {
  // A loop: this runs several times a request, and pairs made and taken apart again cost four times as much.
  const kept: Record<string, unknown> = {}
  for (const key in value) if (value[key] !== undefined) kept[key] = value[key]
  return kept as Defined<T>
}

type Optional<T> = { [K in keyof T]: undefined extends T[K] ? K : never }[keyof T]

export type Defined<T> = { readonly [K in Exclude<keyof T, Optional<T>>]: T[K] } & {
  readonly [K in Optional<T>]?: Exclude<T[K], undefined>
}
