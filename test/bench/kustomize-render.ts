import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadBundle } from "#src/apps/start/bundle.js";

/**
 * The process that the benchmark times: starts as `fleetwright kustomize` does, renders directories of a work tree's HEAD from git objects
 * and prints `sha256 directory` lines. Usage: kustomize-render.js REPOSITORY WORKERS < directories
 */
const [repository = ".", workers = "1"] = process.argv.slice(2);
const directories = readFileSync(0, "utf8")
  .split("\n")
  .filter((line) => line !== "");

if (Number(workers) > 1) await fan(Number(workers));
else await render();

async function render(): Promise<void> {
  const bundle = loadBundle("kustomize", [], { dist: fileURLToPath(new URL("../../dist/", import.meta.url)), env: process.env });
  if (bundle === undefined) throw new Error("the bundle is missing or old: npm run build");
  const { openCheckout, buildKustomization, KustomizeSession } = bundle;
  const checkout = await openCheckout(repository);
  const tree = await checkout.tree(await checkout.resolve("HEAD"));
  const session = new KustomizeSession();
  const lines = directories.map((directory) => {
    const result = buildKustomization(tree, directory, { session });
    const text = result.kind === "built" ? result.yaml() : "";
    return `${createHash("sha256").update(text).digest("hex")} ${directory}\n`;
  });
  process.stdout.write(lines.join(""));
  checkout.close();
}

/** Neighbours share their base, so each process gets a run of directories. */
async function fan(count: number): Promise<void> {
  const size = Math.ceil(directories.length / count);
  await Promise.all(
    Array.from({ length: count }, (_, worker) => {
      const child = spawn(process.execPath, [fileURLToPath(import.meta.url), repository, "1"], {
        stdio: ["pipe", "inherit", "inherit"],
      });
      child.stdin.end(directories.slice(worker * size, (worker + 1) * size).join("\n"));
      return new Promise<void>((done, fail) =>
        child.on("exit", (code) => (code === 0 ? done() : fail(new Error(`worker ended with ${code}`)))),
      );
    }),
  );
}
