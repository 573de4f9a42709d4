// What a stream can show: colours, columns, and whether a person is watching.
import pc from 'picocolors'

export type Colors = ReturnType<typeof pc.createColors>

export interface Terminal {
  /** A person reads this stream. */
  watched: boolean
  columns: number
  colors: Colors
}

type Environment = Record<string, string | undefined>

/** NO_COLOR and --no-color win over FORCE_COLOR; FORCE_COLOR wins over pipes and TERM=dumb. */
export function wantsColor(env: Environment, isTTY: boolean, colorOption: boolean): boolean {
  if (!colorOption || env['NO_COLOR']) return false
  const force = env['FORCE_COLOR']
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false'
  return isTTY && env['TERM'] !== 'dumb'
}

export function terminalOf(stream: NodeJS.WriteStream, env: Environment, colorOption: boolean): Terminal {
  const watched = stream.isTTY === true
  const columns = watched && stream.columns > 0 ? stream.columns : 80
  return { watched, columns, colors: pc.createColors(wantsColor(env, watched, colorOption)) }
}
