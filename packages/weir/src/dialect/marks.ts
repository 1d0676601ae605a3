/**
 * Marks that weir puts on what it hands to clients, by which it knows its own when a conversation comes back.
 */

/** Starts the proof of a tool call: it belongs to the call behind it rather than to the thinking. */
export const CALL_MARK = 'call:'

/** Starts the id of a reasoning item that weir made: OpenAI has never heard of it. */
export const OWN_REASONING = 'rs_weir_'
