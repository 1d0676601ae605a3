/** Renders the section `cascade-routing` of docs/results.md. */
import type { Result } from './cascade-routing-cases.ts'
import type { Rendered } from './section.ts'

export function renderCascadeRouting(results: readonly Result[]): Rendered {
  return { text: `${results.length}`, figures: {} }
}
