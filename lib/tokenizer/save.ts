// Copies the files of a tokenizer into a folder, from which this package and transformers load the same tokenizer again.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { checkFolder, copyFile, makeFolders, orCannotWrite } from '../checkpoint/new-file.js'
import { AlbertError } from '../errors.js'
import { CONFIG_FILE, JSON_FILE, SPIECE_FILE } from './directory.js'

/** transformers writes them, and reads them again; here tokenizer_config.json says it all. */
const BESIDE = [CONFIG_FILE, 'special_tokens_map.json', 'added_tokens.json']

/** `loaded`: the file that the tokenizer was read from. Bytes stay as they are. */
export async function saveTokenizer(loaded: string, folder: string): Promise<void> {
  checkFolder('A tokenizer', folder)
  const from = dirname(loaded)
  // A file of another name was loaded by its path: in a folder it would not be found by that name.
  const name = loaded.endsWith('.json') ? JSON_FILE : SPIECE_FILE
  if (name === SPIECE_FILE && existsSync(join(folder, JSON_FILE)))
    throw new AlbertError(
      'INVALID_INPUT',
      `${folder} holds a ${JSON_FILE}, which would be read instead of the ${SPIECE_FILE} to be saved; remove it first.`,
    )
  await orCannotWrite(folder, makeFolders(folder))
  await copyFile(loaded, join(folder, name))
  // The model of SentencePiece beside tokenizer.json is for other programs: it is not read where both are.
  for (const other of name === JSON_FILE ? [SPIECE_FILE, ...BESIDE] : BESIDE)
    if (existsSync(join(from, other))) await copyFile(join(from, other), join(folder, other))
}
