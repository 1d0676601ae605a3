/**
 * Running: how many requests have not ended yet. Whoever closes the gateway waits for them: a server that reports itself closed
 * may still have a request whose row is not written.
 */

export interface Running {
  begin(): void
  end(): void
  /** Resolves when none is running. */
  idle(): Promise<void>
}

export function createRunning(): Running {
  let count = 0
  let waiting: (() => void)[] = []
  return {
    begin() {
      count += 1
    },
    end() {
      count -= 1
      if (count > 0) return
      for (const resolve of waiting) resolve()
      waiting = []
    },
    idle: () =>
      new Promise((resolve) => {
        if (count === 0) resolve()
        else waiting.push(resolve)
      }),
  }
}
