// Which folder is the cache: the one that was asked for, or where that cannot be written (a serverless function, a read-only
// image) a folder of this user below the system's own for temporary files.
import { constants, lstatSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cannotWrite, makeFolders, orCannotWrite } from '../checkpoint/new-file.js'
import { AlbertError } from '../errors.js'
import { warnOnce } from '../warnings.js'
import { folderName } from './cache.js'

/** Folders in which a model may already be. */
export function readableRoots(root: string): string[] {
  const substitute = substituteRoot()
  return isOurs(substitute) ? [root, substitute] : [root]
}

/** The folder to write a model to. Throws CANNOT_WRITE. */
export async function writableRoot(root: string, model: string): Promise<string> {
  const reason = await reasonAgainst(join(root, folderName(model), 'blobs'))
  if (reason === undefined) return root
  const substitute = substituteRoot()
  await orCannotWrite(substitute, makeFolders(substitute, 0o700))
  if (!isOurs(substitute))
    throw new AlbertError('CANNOT_WRITE', `${substitute} is not a folder of this user alone.`, {
      hint: 'Set HF_HUB_CACHE to a folder that can be written.',
    })
  warnOnce(`The cache ${root} cannot be written (${reason}); models are kept in ${substitute} instead.`)
  return substitute
}

async function reasonAgainst(folder: string): Promise<string | undefined> {
  try {
    await makeFolders(folder)
    await access(folder, constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC' || code === 'EDQUOT') throw cannotWrite(folder, error)
    return code ?? message
  }
}

function substituteRoot(): string {
  return join(tmpdir(), `albert-native-${process.getuid?.() ?? 'cache'}`)
}

/** Others may write where temporary files are: a folder or a link of theirs under our name is not used. */
function isOurs(folder: string): boolean {
  const info = lstatSync(folder, { throwIfNoEntry: false })
  if (!info?.isDirectory()) return false
  const uid = process.getuid?.()
  return uid === undefined || (info.uid === uid && (info.mode & 0o022) === 0)
}
