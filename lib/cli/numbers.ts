// Numbers as people read them.

export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** Bytes in units of 1000, with three digits. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = size
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : threeDigits(value)} ${units[unit]}`
}

/** 11.7 M, 223 M, 1.22 G. */
export function short(value: number): string {
  if (value < 999_500) return `${threeDigits(value / 1e3)} k`
  return value < 999.5e6 ? `${threeDigits(value / 1e6)} M` : `${threeDigits(value / 1e9)} G`
}

export function threeDigits(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2)
}
