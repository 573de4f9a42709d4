// Ends the process while something is under way.
//   node exit.mjs <load | forward | queue | dispose | idle | throw> [end]
//     end   nothing calls process.exit: the program just has no more to do
import { albert, TEXT } from './package.mjs'

const [stage, end] = process.argv.slice(2)
const CODE = 7

if (stage === 'load') {
  void albert.pipeline('feature-extraction')
} else {
  const embed = await albert.pipeline('feature-extraction')
  const long = Array.from({ length: 8 }, () => TEXT.repeat(20))
  if (stage === 'forward') void embed(long)
  if (stage === 'queue') for (let i = 0; i < 6; i++) void embed(long)
  if (stage === 'dispose') {
    void embed(long)
    void embed.dispose()
  }
  if (stage === 'throw') {
    void embed(long).then(() => {
      throw new Error('thrown by the caller')
    })
    void embed(long)
  }
}
process.exitCode = CODE
if (end === undefined && stage !== 'throw') {
  // Once at once, and once while the other threads are at work.
  setTimeout(() => process.exit(CODE), stage === 'idle' ? 0 : 5)
}
