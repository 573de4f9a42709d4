// Bundles lib/ into dist/: one ESM and one CommonJS file with types, and the command line.
// Everything that runs is inside the bundle, so an installed package needs no further download.
import { defineConfig } from 'tsdown'

export default defineConfig([
  {
    entry: { index: 'lib/index.ts' },
    format: ['esm', 'cjs'],
    dts: true,
    platform: 'node',
    target: 'node20',
    shims: true,
    clean: true,
  },
  {
    entry: { cli: 'lib/cli/main.ts' },
    format: ['esm'],
    dts: false,
    platform: 'node',
    target: 'node20',
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
