// Makes a failing case smaller: files go back to what they were, then parts of the others are left out, as long as it fails.
import type { Files } from './target.js'

/** `fails` tells whether a smaller case still shows the same. `tries` bounds how often it is asked. */
export async function shrink(
  files: Files,
  seed: Files,
  fails: (files: Files) => Promise<boolean>,
  tries: number,
): Promise<Files> {
  let left = tries
  let best = files
  const attempt = async (candidate: Files): Promise<boolean> => {
    if (left-- <= 0 || !(await fails(candidate))) return false
    best = candidate
    return true
  }
  for (const [name, bytes] of Object.entries(seed)) if (name in files) await attempt({ ...best, [name]: bytes })
  for (const name of Object.keys(files)) {
    if (best[name] === seed[name]) continue
    for (let part = best[name]!.length >> 1; part >= 1 && left > 0; part >>= 1) {
      for (let at = 0; at < best[name]!.length && left > 0; ) {
        const bytes = best[name]!
        const shorter = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + part)])
        if (!(await attempt({ ...best, [name]: shorter }))) at += part
      }
    }
  }
  return best
}
