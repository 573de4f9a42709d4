// Bundles lib/ into dist/: the library as ESM and CommonJS with types, and the command line, which shares the ESM parts.
// Everything that runs is inside the bundle, so an installed package needs no further download.
import { defineConfig, type UserConfig } from 'tsdown'

const common: UserConfig = {
  platform: 'node',
  target: 'node20',
  shims: true,
}

/** Shared parts, and the one of the hub, which is loaded when it is asked for, are called as their main module. */
function named(ending: string) {
  return { chunkFileNames: `[name].${ending}` }
}

export default defineConfig([
  { ...common, entry: { index: 'lib/index.ts' }, format: 'cjs', dts: true, clean: true, outputOptions: named('cjs') },
  {
    ...common,
    entry: { index: 'lib/index.ts', cli: 'lib/cli/main.ts' },
    format: 'esm',
    outputOptions: named('mjs'),
    // Fails when anything else slips in; each of these stands in docs/dependencies.md.
    deps: { onlyBundle: ['@bomb.sh/tab', 'commander', 'picocolors'] },
    dts: { entry: 'lib/index.ts' },
    clean: false,
    // For `albert build`: what compiling needs beside native/ and must not be downloaded, and not stand in the root
    // either, where a binding.gyp would make npm compile at every installation.
    copy: [
      { from: 'node_modules/node-api-headers/include/*.h', to: 'dist/build/include' },
      { from: 'node_modules/node-addon-api/*.h', to: 'dist/build/include' },
      { from: 'binding.gyp', to: 'dist/build' },
    ],
  },
])
