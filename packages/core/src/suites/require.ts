/**
 * What the contract suites share: stating a rule, and holding a call to leaving its arguments alone.
 */

export function requireThat(holds: boolean, rule: string): void {
  if (!holds) throw new Error(rule)
}

/** A value as text that tells NaN, infinities and typed arrays apart; equal values give equal text. */
export function show(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'number' && !Number.isFinite(inner)) return String(inner)
    return ArrayBuffer.isView(inner) ? Array.from(inner as unknown as ArrayLike<number>, String) : inner
  })
}

export function isUnit(value: number): boolean {
  return value >= 0 && value <= 1
}

/** Runs `act` and requires that `inputs` look the same afterwards. */
export function unchangedBy<T>(inputs: readonly unknown[], where: string, act: () => T): T {
  const before = show(inputs)
  const result = act()
  requireThat(show(inputs) === before, `${where}: changes what it was given`)
  return result
}
