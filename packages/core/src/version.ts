/** Version of this library, written into artifacts. */
export const VERSION = '0.1.0'
