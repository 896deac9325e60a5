import { InputError } from "../../errors.js";
import type { TreeFile } from "../../render/file-tree.js";
import { type LoadedKustomization, readKustomization } from "../kustomization/kustomization.js";
import { kustomizeError } from "../model/errors.js";
import type { Warning } from "../options.js";
import type { KustomizeSession } from "../session.js";
import type { Loader } from "../tree/loader.js";
import { NeedsError } from "../tree/loader.js";

const fileNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

export interface FoundKustomization extends LoadedKustomization {
  readonly fileName: string;
  /** Path in the tree. */
  readonly path: string;
}

/** Finds and reads the one kustomization file of a loader's directory; what is deprecated in it goes to `warnings`. */
export function findKustomization(loader: Loader, session: KustomizeSession, warnings: Warning[]): FoundKustomization {
  const found: { fileName: string; file: TreeFile }[] = [];
  for (const fileName of fileNames) {
    const file = tryLoad(loader, fileName);
    if (file) found.push({ fileName, file });
  }
  const [first, second] = found;
  if (first === undefined)
    throw kustomizeError(
      "KUSTOMIZE_FILE",
      `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${loader.displayRoot}'`,
      { location: { file: loader.root } },
    );
  if (second)
    throw kustomizeError("KUSTOMIZE_FILE", `Found multiple kustomization files under: ${loader.displayRoot}\n`, {
      location: { file: loader.root },
    });
  const path = loader.pathOf(first.fileName);
  const warn = (message: string): void => void warnings.push({ kind: "deprecation", message, file: path });
  const place = { file: path, directory: loader.displayRoot };
  const { fields, isComponent, deprecations } = session.kustomization(first.file.id, () =>
    readKustomization(first.file.bytes, place, warn),
  );
  deprecations.forEach(warn);
  return { fields, isComponent, fileName: first.fileName, path };
}

function tryLoad(loader: Loader, fileName: string): TreeFile | undefined {
  if (!loader.mayHave(fileName)) return undefined;
  try {
    return loader.load(fileName);
  } catch (error) {
    if (error instanceof InputError || error instanceof NeedsError) return undefined;
    throw error;
  }
}
