// Every mistake is an AlbertError with a stable code.
import { isAlbertError, pipeline } from 'albert-native'

const fillMask = await pipeline('fill-mask')

try {
  await fillMask('There is no gap in this sentence.')
} catch (error) {
  if (!isAlbertError(error)) throw error
  console.log(error.code, '-', error.message)
}

await fillMask.dispose()
