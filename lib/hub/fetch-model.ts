// A model by its id: from the cache if it is there and still what the hub has, else from the hub into the cache.
import { join, resolve } from 'node:path'
import { foreignWeights } from '../checkpoint/folder.js'
import { readConfig } from '../config.js'
import { env, isOffline, isSet } from '../env.js'
import { AlbertError, isAlbertError } from '../errors.js'
import type { LoadProgress } from '../load-progress.js'
import { warnOnce } from '../warnings.js'
import { ModelCache } from './cache.js'
import { readableRoots, writableRoot } from './cache-root.js'
import { CachedModel } from './cached-model.js'
import { type ModelPart, missingFiles } from './model-parts.js'
import { alsoTried, notFound } from './not-found.js'
import type { HubSettings } from './options.js'
import { patience } from './patience.js'
import { RemoteModel } from './remote-model.js'
import { address, isCommit, remoteUrl } from './repository.js'
import { reasonIn, request } from './request.js'

/** Weights that are not read here; only asked whether they are there, never fetched. */
const FOREIGN = [
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
  'tf_model.h5',
  'flax_model.msgpack',
  'onnx/model.onnx',
  'model.onnx',
]

/**
 * The folder with the files of `parts`. `tried` are the places on this machine that were looked at before.
 * Throws MODEL_NOT_FOUND, OFFLINE, UNAUTHORIZED, DOWNLOAD_FAILED, UNSUPPORTED_CHECKPOINT or CANNOT_WRITE.
 */
export async function fetchModel(
  model: string,
  parts: readonly ModelPart[],
  settings: HubSettings,
  progress: LoadProgress,
  tried: string[],
): Promise<string> {
  const cached = await findCached(model, parts, settings)
  if (settings.localOnly || isOffline()) {
    if (cached.length > 0) return cached[0]!.folder
    throw offline(model, settings, tried)
  }
  // A commit never changes: what is there whole needs no question.
  const [best] = cached
  if (best?.complete && isCommit(settings.revision)) return best.folder
  const asked = await askForCommit(model, settings, tried, best === undefined).catch(error => {
    const mayPass = isAlbertError(error) && (error.code === 'DOWNLOAD_FAILED' || error.code === 'UNAUTHORIZED')
    if (!best || !mayPass) throw error
    warnOnce(`${error.message} Model '${model}' is taken from the cache as it was.`)
    return undefined
  })
  const current = cached.find(each => asked === undefined || (each.complete && each.commit === asked))
  return current?.folder ?? (await bring(model, asked!, parts, settings, progress, tried))
}

interface Found {
  commit: string
  folder: string
  /** Is it known of every file whether there is one? */
  complete: boolean
}

/** Where all that is needed lies in a cache, complete ones first. */
async function findCached(model: string, parts: readonly ModelPart[], settings: HubSettings): Promise<Found[]> {
  const found: Found[] = []
  for (const root of readableRoots(rootOf(settings))) {
    const cache = new ModelCache(root, model)
    const commit = await cache.commitOf(settings.revision)
    if (commit === undefined) continue
    const source = new CachedModel(cache, commit)
    const folder = join(cache.snapshot(commit), settings.subfolder)
    // An index that is damaged here may be well on the hub.
    const missing = await missingFiles(source, parts, settings.subfolder, settings.weights).catch(() => [folder])
    if (missing.length === 0) found.push({ commit, folder, complete: source.unknown.length === 0 })
  }
  return found.sort((a, b) => Number(b.complete) - Number(a.complete))
}

/** One question tells what a branch stands for today. */
async function askForCommit(
  model: string,
  { revision, subfolder, signal }: HubSettings,
  tried: string[],
  patiently: boolean,
): Promise<string> {
  const url = remoteUrl(model, revision, `${subfolder}config.json`)
  const attempts = patiently ? patience.attempts : 1
  const { response, facts } = await request('HEAD', url, { signal, attempts }).catch(error => {
    throw patiently && isAlbertError(error) ? alsoTried(error, tried) : error
  })
  if (facts.commit !== undefined && isCommit(facts.commit)) return facts.commit
  if (response.status === 404)
    throw notFound(model, [...tried, `${address(url)} (${reasonIn(response) ?? 'not there'})`])
  throw new AlbertError('DOWNLOAD_FAILED', `${address(url)} answers without a commit (X-Repo-Commit).`, {
    hint: 'Is it a hub? HF_ENDPOINT or env.remoteHost names the host.',
  })
}

/** Asks for all files, then fetches what is not there, then lets the branch stand for the commit. */
async function bring(
  model: string,
  commit: string,
  parts: readonly ModelPart[],
  settings: HubSettings,
  progress: LoadProgress,
  tried: string[],
): Promise<string> {
  const { revision, subfolder, weights, signal } = settings
  const cache = new ModelCache(await writableRoot(rootOf(settings), model), model)
  const remote = new RemoteModel(model, commit, cache, progress, subfolder, signal)
  const missing = await missingFiles(remote, parts, subfolder, weights)
  if (missing.length > 0) {
    if (parts.includes('weights')) await refuseForeign(model, remote, subfolder)
    const asked = missing.map(file => `${address(remoteUrl(model, revision, file))} (not there)`)
    throw notFound(model, [...tried, ...asked])
  }
  const fetched = await remote.fetchAll()
  // Shards are told one by one; the loader would tell of them once more, as one file.
  if (fetched.some(file => file.endsWith('.safetensors'))) progress.settle(`${weights}.safetensors`)
  await cache.setCommit(revision, commit)
  return join(cache.snapshot(commit), subfolder)
}

/** A model that has weights, but none that are read: says which, and how to convert them. */
async function refuseForeign(model: string, remote: RemoteModel, folder: string): Promise<void> {
  for (const file of FOREIGN) {
    if (!(await remote.has(folder + file))) continue
    const config = (await remote.has(`${folder}config.json`))
      ? await readConfig(await remote.path(`${folder}config.json`)).catch(() => undefined)
      : undefined
    throw foreignWeights(`${model}/${folder}${file}`, config?.architectures[0], model)
  }
}

function rootOf(settings: HubSettings): string {
  return resolve(settings.cacheDir ?? env.cacheDir)
}

function offline(model: string, settings: HubSettings, tried: string[]): AlbertError {
  const { folder } = new ModelCache(rootOf(settings), model)
  const why = settings.localOnly
    ? 'local_files_only'
    : env.allowRemoteModels
      ? ['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE'].find(isSet)
      : 'env.allowRemoteModels'
  const places = [...tried, `${folder} (not there, or not whole, at revision ${settings.revision})`].join(', ')
  return new AlbertError(
    'OFFLINE',
    `Model '${model}' is not on this machine, and ${why} forbids to fetch it; tried ${places}.`,
    {
      hint: `With a network, \`albert pull ${model}\` fetches it.`,
    },
  )
}
