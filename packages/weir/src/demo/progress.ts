/** One line of progress: rewritten in place on a terminal, and only its last state in a file or a pipe. */

export interface Progress {
  update(text: string): void
  /** Ends the line. */
  done(text: string): void
}

export interface ProgressOptions {
  readonly write: (text: string) => void
  readonly isTerminal: boolean
}

export function createProgress({ write, isTerminal }: ProgressOptions): Progress {
  let shown = ''
  return {
    update(text) {
      if (!isTerminal || text === shown) return
      shown = text
      write(`\r${text}\u001B[K`)
    },
    done(text) {
      write(isTerminal ? `\r${text}\u001B[K\n` : `${text}\n`)
    },
  }
}
