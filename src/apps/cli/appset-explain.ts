import type { GeneratedApplication, Origin, Params } from "../../core/applicationset/index.js";
import { formatLocation } from "../../core/errors.js";
import type { LoadedSet } from "./appset-inputs.js";

/** Why an Application is there. */
export interface Explanation {
  readonly generator: string;
  /** File and line of what made it: an element of the set, or a file of a repository. */
  readonly source: string;
  readonly params: Params;
  readonly origins: readonly string[];
}

export function explain({ provenance }: GeneratedApplication, loaded: LoadedSet): Explanation {
  const origins = provenance.origins.map((origin) => describe(origin, loaded));
  return { generator: provenance.generator, source: origins.at(-1) ?? loaded.file, params: provenance.params, origins };
}

function describe(origin: Origin, loaded: LoadedSet): string {
  const position = origin.index === undefined ? "" : `[${origin.index}]`;
  if (origin.file !== undefined) return `${origin.repoURL}/${origin.file}${position}`;
  const path = pathOf(origin.generator);
  const isList = path.at(-1) === "list" && origin.index !== undefined;
  const found = loaded.locate(isList ? [...path, "elements", origin.index!] : path) ?? loaded.locate(path);
  return `${formatLocation(found ?? { file: loaded.file })} ${origin.generator}${position}`;
}

/** `spec.generators[0].list` → its steps. */
function pathOf(text: string): (string | number)[] {
  return [...text.matchAll(/([^.[\]]+)/g)].map(([, step]) => (/^\d+$/.test(step!) ? Number(step) : step!));
}
