// One test run for the whole package. Files run one after another: kernels use all cores and timings disturb each other.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/reporter.ts'],
    fileParallelism: false,
    // Nothing may reach the network by accident; the tests of the hub bring a server of their own.
    env: { HF_HUB_OFFLINE: '1' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
