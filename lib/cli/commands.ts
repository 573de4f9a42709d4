// The commands there are, in the order of the help page.
import { buildCommand } from './build.js'
import { cacheCommand } from './cache.js'
import { classifyCommand } from './classify.js'
import type { Command } from './command.js'
import { compareCommand } from './compare.js'
import { completionCommand } from './completion.js'
import { decodeCommand } from './decode.js'
import { doctorCommand } from './doctor.js'
import { embedCommand } from './embed.js'
import { fillMaskCommand } from './fill-mask.js'
import { infoCommand } from './info.js'
import { inspectCommand } from './inspect.js'
import { nerCommand } from './ner.js'
import { orderCommand } from './order.js'
import { pullCommand } from './pull.js'
import { qaCommand } from './qa.js'
import { quantizeCommand } from './quantize.js'
import { rerankCommand } from './rerank.js'
import { similarityCommand } from './similarity.js'
import { tokenizeCommand } from './tokenize.js'
import { tourCommand } from './tour.js'
import { zeroShotCommand } from './zero-shot.js'

export const commands: readonly Command[] = [
  fillMaskCommand,
  embedCommand,
  similarityCommand,
  orderCommand,
  classifyCommand,
  nerCommand,
  qaCommand,
  zeroShotCommand,
  rerankCommand,
  tokenizeCommand,
  decodeCommand,
  infoCommand,
  compareCommand,
  inspectCommand,
  quantizeCommand,
  pullCommand,
  cacheCommand,
  doctorCommand,
  buildCommand,
  completionCommand,
  tourCommand,
]
