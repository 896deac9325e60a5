import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BuildCase, BuildFlags, Outcome } from "./kustomize-case.js";

/** Builds a case with the `kustomize` binary in a folder of its own; the folder reads as `/` in what it says. */
export function buildWithBinary(binary: string, found: BuildCase): Outcome {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "kustomize-fuzz-")));
  try {
    writeCase(folder, found);
    const { status, stdout, stderr } = spawnSync(binary, ["build", join(folder, found.target), ...argsOf(found.options)], {
      encoding: "utf8",
      maxBuffer: 64 << 20,
      timeout: 60_000,
    });
    return outcomeOf({ failed: status !== 0, output: stdout, stderr }, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function writeCase(folder: string, { files, binaryFiles = {}, symlinks = {}, dirs = [] }: BuildCase): void {
  const place = (path: string): string => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    return join(folder, path);
  };
  for (const path of dirs) mkdirSync(join(folder, path), { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(place(path), text);
  for (const [path, text] of Object.entries(binaryFiles)) writeFileSync(place(path), Buffer.from(text, "base64"));
  for (const [path, link] of Object.entries(symlinks)) symlinkSync(link, place(path));
}

/** A run read as an outcome: the message after `Error: `, or the bytes and the deprecation warnings. */
export function outcomeOf(run: { failed: boolean; output: string; stderr: string }, folder: string): Outcome {
  const stderr = folder === "" ? run.stderr : fromRoot(run.stderr, folder);
  if (run.failed) {
    const at = stderr.search(/^Error: /m);
    return { kind: "failed", error: at < 0 ? stderr : stderr.slice(at + "Error: ".length) };
  }
  return { kind: "built", output: run.output, deprecations: stderr.split("\n").filter((line) => line.startsWith("# Warning:")) };
}

/** What leads out of the folder ends beside it in the original and at the root in ours. */
function fromRoot(text: string, folder: string): string {
  return text
    .replaceAll(`${folder}/`, "/")
    .replaceAll(folder, "/")
    .replaceAll(`${dirname(folder)}/`, "/")
    .replaceAll(dirname(folder), "/");
}

function argsOf(flags: BuildFlags = {}): readonly string[] {
  return [
    ...(flags.reorder ? ["--reorder", flags.reorder] : []),
    ...(flags.loadRestrictions === "none" ? ["--load-restrictor", "LoadRestrictionsNone"] : []),
    ...(flags.enableHelm ? ["--enable-helm"] : []),
    ...(flags.helmKubeVersion ? ["--helm-kube-version", flags.helmKubeVersion] : []),
    ...(flags.helmApiVersions ?? []).flatMap((version) => ["--helm-api-versions", version]),
    ...(flags.managedByLabel ? ["--enable-managedby-label"] : []),
    ...(flags.enableAlphaPlugins ? ["--enable-alpha-plugins"] : []),
  ];
}
