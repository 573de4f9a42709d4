// The same from CommonJS.
const { pipeline } = require('albert-native')

async function main() {
  const fillMask = await pipeline('fill-mask')
  const [best] = await fillMask('The [MASK] of the house is red.')
  console.log(best.token_str)
  await fillMask.dispose()
}

main()
