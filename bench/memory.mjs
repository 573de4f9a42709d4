// Memory of this process, as the system counts it.
import { readFileSync } from 'node:fs'

/**
 * The most that was resident so far, in bytes. Not process.resourceUsage(): its peak begins with that of the process that
 * started this one.
 */
export function peakBytes() {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : ''
  const [, kilobytes = process.resourceUsage().maxRSS] = /^VmHWM:\s+(\d+)/m.exec(status) ?? []
  return 1024 * Number(kilobytes)
}
