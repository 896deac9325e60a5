import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";
import { KustomizeSession } from "../../core/kustomize/index.js";
import { type FixedText, fixKustomization } from "../../core/lint/fix/fix-kustomization.js";
import { proveFixes, treeWith } from "../../core/lint/fix/prove-fixes.js";
import { readFleetFiles } from "../../core/lint/fleet-files.js";
import { chosenState, type FleetOptions, withFleet } from "./fleet-options.js";
import type { CliIo } from "./io.js";

/** `lint --fix`: edits the kustomizations of the work tree in place, those only after which every Application renders as before. False after an error. */
export async function fixWorktree(io: CliIo, options: FleetOptions): Promise<boolean> {
  let isDone = false;
  await withFleet(io, options, async (fleet) => {
    if (options.revision !== undefined)
      throw new InputError("--fix edits the files as they are now and takes no --revision", { code: "CLI_USAGE" });
    const { id, state } = await chosenState(fleet, options);
    const tree = await fleet.checkout.tree(id);
    const config = await fleet.config(id);
    const fixed = new Map<string, FixedText>();
    for (const { file, text } of readFleetFiles(tree, config.isSearched).kustomizations) {
      const result = fixKustomization(text, { file, tree });
      if (result.fixed.length > 0 || result.left.some(({ field }) => field !== "*")) fixed.set(file, result);
    }
    const edits = new Map(
      [...fixed].flatMap(([file, { text, fixed: fields }]) => (fields.length > 0 ? [[file, text] as const] : [])),
    );
    const preview = await fleet.preview(id);
    const { proven, refused } = proveFixes(edits, {
      before: state,
      tree,
      stateWith: (some) => preview(treeWith(tree, some), [...some.keys()]),
      session: new KustomizeSession(),
    });
    const lines: string[] = [];
    for (const [file, text] of proven) {
      const path = join(fleet.checkout.directory, file);
      const was = new TextDecoder().decode(tree.read(file)!.bytes);
      // A filter of git (line endings) stands between the two: then an edit of one is none of the other.
      if (readFileSync(path, "utf8") !== was) lines.push(`left ${file}: it is not on disk as git stores it`);
      else {
        writeFileSync(path, text);
        lines.push(`fixed ${file}: ${fixed.get(file)!.fixed.join(", ")}`);
      }
    }
    for (const { file, why } of refused) lines.push(`left ${file}: ${why}`);
    for (const [file, { left }] of fixed) for (const { field, why } of left) lines.push(`left ${file}: ${field}: ${why}`);
    lines.push(`${proven.size} files fixed; all ${state.applications.size} Applications render as before`);
    io.err(lines.map((line) => `${line}\n`).join(""));
    isDone = true;
  });
  return isDone;
}
