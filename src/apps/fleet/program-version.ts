import { readFileSync, statSync } from "node:fs";

/** Places relative to this module, as compiled and as bundled. */
const bases = ["../../", "../"];

/** Tells one build of the program from another: what one has computed, another must not take over. */
export function programVersion(): string {
  return bases
    .flatMap((base) => [
      ...["platform", "core", "adapters", "apps"].map((layer) => identityOf(`${base}.${layer}.tsbuildinfo`)),
      versionIn(`${base}../package.json`) ?? "",
    ])
    .join(" ");
}

function identityOf(file: string): string {
  const found = statSync(new URL(file, import.meta.url), { throwIfNoEntry: false });
  return found ? `${found.size}-${found.mtimeMs}` : "";
}

/** The version of the package, as people know it. */
export function packageVersion(): string {
  return bases.map((base) => versionIn(`${base}../package.json`)).find((version) => version !== undefined) ?? "0.0.0";
}

/** An installed package has the times of its archive, the same for every release. */
function versionIn(file: string): string | undefined {
  try {
    return /"version": "([^"]*)"/.exec(readFileSync(new URL(file, import.meta.url), "utf8"))?.[1];
  } catch {
    return undefined;
  }
}
