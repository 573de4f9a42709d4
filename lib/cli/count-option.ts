// An option that is a whole number, for what has neither a variable nor a place in albert.config.json.
import { Option } from 'commander'
import { CommandError, exitCodes } from './exit-codes.js'

export function countOption(flags: string, help: string, least = 1): Option {
  return new Option(flags, help).argParser(typed => {
    if (/^\d{1,9}$/.test(typed) && Number(typed) >= least) return Number(typed)
    const flag = flags.split(' ')[0]!
    throw new CommandError(exitCodes.usage, `option ${flag} must be a whole number from ${least} on, not '${typed}'.`)
  })
}
