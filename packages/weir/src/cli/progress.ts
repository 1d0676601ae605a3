/**
 * Progress of a command: one line on standard error that overwrites itself; nothing where no one looks.
 */
export function showProgress(command: string, text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[Kweir ${command}: ${text}`)
}

export function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001B[K')
}
