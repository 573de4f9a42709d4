// Each known cause of a failed load, as the system words it, and the hint that it must get.
import { expect, test } from 'vitest'
import { notLoaded } from '../../lib/native-failure.js'

const inPackage = { libc: 'glibc', inPackage: true }
const absent = { path: '/app/build/Release/albert.node', reason: 'no such file' }

test.each([
  ['Cannot load native addon because loading addons is disabled.', 'without'],
  ["/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /app/albert.node)", 'older'],
  ['Error relocating /app/albert.node: __isoc23_strtol: symbol not found', 'another C library'],
  ['ld-linux-x86-64.so.2: cannot open shared object file: No such file or directory', 'another C library'],
  [
    "dlopen(/app/albert.node, 0x0001): tried: '/app/albert.node' (mach-o file, but is an incompatible architecture (have 'arm64', need 'x86_64'))",
    'Rosetta',
  ],
  ['/app/albert.node: invalid ELF header', 'damaged'],
  ['\\\\?\\C:\\app\\albert.node is not a valid Win32 application.', 'damaged'],
  ['/app/albert.node: failed to map segment from shared object', 'noexec'],
  ['The specified module could not be found.', 'Windows 10'],
])('%s', (reason, word) => {
  const error = notLoaded([absent, { path: '/app/albert.node', reason }], inPackage)
  expect(error.code).toBe('ERR_ALBERT_NATIVE')
  expect(error.hint).toContain(word)
  expect(error.message).toContain(`tried /app/albert.node: ${reason}`)
  expect(error.message).toContain(`fix: ${error.hint}`)
})

test('files that are not there: the archive, the bundle, the platform', () => {
  const archived = { path: '/app/resources/app.asar/node_modules/albert-native/a.node', reason: 'no such file' }
  expect(notLoaded([archived], inPackage).hint).toContain('asarUnpack')
  expect(notLoaded([absent], { libc: '', inPackage: false }).hint).toContain('external')
  expect(notLoaded([absent], inPackage).hint).toContain('npx albert build')
})

test('names the platform, the C library and the versions', () => {
  const { message } = notLoaded([absent], { libc: 'musl', inPackage: true })
  expect(message).toContain(`for ${process.platform}-${process.arch} (musl), Node ${process.versions.node}, Node-API`)
})
