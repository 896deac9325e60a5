import { InputError } from "#src/core/errors.js";
import { buildKustomization, memoryTree } from "#src/core/kustomize/index.js";

export type Files = Readonly<Record<string, string>>;

/** What a kustomization among files builds to; a `kustomization.yaml` of the files takes its place. */
export function build(kustomization: object, files: Files = {}): string {
  const result = buildKustomization(memoryTree({ "kustomization.yaml": JSON.stringify(kustomization), ...files }), "");
  if (result.kind !== "built") throw new Error("it has needs");
  return result.yaml();
}

/** Why it does not build. */
export function failureOf(kustomization: object, files: Files = {}): InputError {
  try {
    build(kustomization, files);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("it built");
}
