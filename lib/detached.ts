// Typed arrays whose memory went to another thread (postMessage, structuredClone with transfer): they look empty.

/** True for a view without memory, which an empty view has. */
export function isDetached(view: ArrayBufferView): boolean {
  if (view.byteLength > 0) return false
  try {
    // Node.js 20 has no `buffer.detached`.
    new Uint8Array(view.buffer)
    return false
  } catch {
    return true
  }
}
