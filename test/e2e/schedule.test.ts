// ALBERT_LOG=schedule says how a call is shared; ALBERT_SCHEDULE forces it. A process each: the words go to stderr.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packageRoot } from '../../lib/native-loader.js'

it.each(['split', 'walk'])('says that the schedule was forced to %s', schedule => {
  const { stderr, status } = spawnSync(process.execPath, [join(packageRoot(), 'dist/cli.mjs'), 'embed', 'Rain.'], {
    encoding: 'utf8',
    env: { ...process.env, ALBERT_LOG: 'schedule', ALBERT_SCHEDULE: schedule },
  })
  expect(stderr).toMatch(
    new RegExp(`^albert: ${schedule}: estimated [\\d.]+ ms split, [\\d.]+ ms walk on \\d+ threads? \\(forced\\)$`, 'm'),
  )
  expect(status).toBe(0)
})
