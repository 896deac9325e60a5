import { execFileSync, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildKustomization, memoryTree } from "#src/core/kustomize/index.js";
import { overlaysOf } from "../kustomize/overlays.js";
import type { Bench } from "./benches.js";

interface Contender {
  readonly name: string;
  /** The whole process: gives `sha256 directory` lines. */
  run(directories: readonly string[]): string;
  /** Renders only so many directories of the list; the time is scaled. */
  readonly sample?: number;
}

/**
 * `npm run bench -- kustomize --fleet DIR [--rounds N] [--overlays N]`: whole processes, interleaved, against `kustomize build` (KUSTOMIZE_BIN or PATH)
 * and the Go program of test/bench/go (KUSTOMIZE_ENGINE, built from there). A contender with a wrong answer gets no time.
 */
export const kustomizeBench: Bench = async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fleet: { type: "string" },
      rounds: { type: "string", default: "5" },
      overlays: { type: "string" },
    },
  });
  printLargeDirectory();
  if (values.fleet === undefined) {
    process.stdout.write("fleet: skipped, give --fleet DIR (a git work tree that the fleet generator wrote)\n");
    return 0;
  }
  const fleet = values.fleet;
  const directories = overlaysOf(fleet).slice(0, Number(values.overlays ?? Number.POSITIVE_INFINITY));
  const contenders = contendersFor(fleet);
  const expected = sorted(contenders[0]!.run(directories));
  const times = new Map<string, number[]>();
  let isWrong = false;
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const { name, run, sample = directories.length } of contenders) {
      const chosen = directories.slice(0, sample);
      const started = performance.now();
      const lines = sorted(run(chosen));
      const elapsed = ((performance.now() - started) * directories.length) / chosen.length;
      const isRight = lines.every((line) => expected.includes(line)) && lines.length === chosen.length;
      if (!isRight) {
        isWrong = true;
        times.delete(name);
        process.stdout.write(`${name}: a wrong answer, no time\n`);
      } else times.set(name, [...(times.get(name) ?? []), elapsed]);
    }
  }
  for (const [name, list] of times) {
    const middle = [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!;
    process.stdout.write(
      `${name.padEnd(44)} ${(middle / 1000).toFixed(2).padStart(8)} s, ${(middle / directories.length).toFixed(2)} ms an application\n`,
    );
  }
  return isWrong ? 1 : 0;
};

function sorted(lines: string): string[] {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}

function contendersFor(fleet: string): readonly Contender[] {
  const script = join(dirname(fileURLToPath(import.meta.url)), "kustomize-render.js");
  const ours = (workers: number): Contender => ({
    name: `fleetwright, from git objects, ${workers} process(es)`,
    run: (directories) =>
      execFileSync(process.execPath, [script, fleet, String(workers)], {
        input: directories.join("\n"),
        encoding: "utf8",
        maxBuffer: 1 << 28,
      }),
  });
  const engine = process.env["KUSTOMIZE_ENGINE"];
  const binary = process.env["KUSTOMIZE_BIN"] ?? "kustomize";
  const go = (workers: number): Contender => ({
    name: `Go engine in process, from disk, ${workers} worker(s)`,
    run: (directories) => runGo(engine!, fleet, directories, workers),
  });
  const list: Contender[] = engine ? [go(2), go(1)] : [];
  list.push(ours(1), ours(2));
  if (spawnSync(binary, ["version"]).status === 0)
    list.push({
      name: "kustomize build, one at a time",
      sample: 20,
      run: (directories) => runBinary(binary, fleet, directories),
    });
  return list;
}

function runGo(engine: string, fleet: string, directories: readonly string[], workers: number): string {
  const input = directories.map((directory) => join(fleet, directory)).join("\n");
  const output = spawnSync(engine, ["-workers", String(workers)], { input, encoding: "utf8", maxBuffer: 1 << 28 }).stdout;
  return output.replaceAll(`${fleet}/`, "");
}

function runBinary(binary: string, fleet: string, directories: readonly string[]): string {
  return directories
    .map((directory) => {
      const { stdout } = spawnSync(binary, ["build", join(fleet, directory)], { maxBuffer: 1 << 28 });
      const digest = execFileSync("sha256sum", { input: stdout, encoding: "utf8" }).split(" ")[0];
      return `${digest} ${directory}\n`;
    })
    .join("");
}

/** One directory of 1,000 and of 4,000 resources with prefix, labels, images and a patch: the time must grow no faster than the size. */
function printLargeDirectory(): void {
  for (const count of [1000, 4000]) {
    const tree = largeDirectory(count);
    const started = performance.now();
    const result = buildKustomization(tree, "");
    const text = result.kind === "built" ? result.yaml() : "";
    process.stdout.write(
      `${count} resources in one directory: ${Math.round(performance.now() - started)} ms (${text.length} bytes)\n`,
    );
  }
}

function largeDirectory(count: number): ReturnType<typeof memoryTree> {
  const deployment = (name: string): string =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec:\n  selector: {matchLabels: {app: ${name}}}\n  template:\n    metadata: {labels: {app: ${name}}}\n` +
    `    spec:\n      containers:\n      - name: main\n        image: nginx:1\n        envFrom: [{configMapRef: {name: ${name}-cm}}]\n`;
  const config = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}-cm}\ndata: {a: b}\n`;
  const names = Array.from({ length: count / 2 }, (_, index) => `app-${index}`);
  return memoryTree({
    "kustomization.yaml": JSON.stringify({
      resources: ["all.yaml"],
      namePrefix: "p-",
      labels: [{ pairs: { team: "a" }, includeSelectors: true }],
      images: [{ name: "nginx", newTag: "2" }],
      patches: [{ target: { kind: "Deployment" }, patch: '[{"op": "add", "path": "/spec/replicas", "value": 2}]' }],
    }),
    "all.yaml": names.map((name) => `${deployment(name)}---\n${config(name)}`).join("---\n"),
  });
}
