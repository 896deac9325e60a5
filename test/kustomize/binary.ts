import { execFileSync } from "node:child_process";

/** The original to compare with: KUSTOMIZE_BIN or `kustomize` of the PATH; undefined where there is none. */
export function findKustomize(): string | undefined {
  const name = process.env["KUSTOMIZE_BIN"] ?? "kustomize";
  try {
    execFileSync(name, ["version"], { stdio: "ignore" });
    return name;
  } catch {
    return undefined;
  }
}
