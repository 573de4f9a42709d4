// The same from CommonJS.
const { pipeline } = require('albert-native')

async function main() {
  const fillMask = await pipeline('fill-mask')
  const [best] = await fillMask('The president of the United [MASK] spoke to Congress.')
  console.log(best.token_str)
  await fillMask.dispose()
}

main()
