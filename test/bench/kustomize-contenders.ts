import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findKustomize } from "../kustomize/binary.js";
import { type Cost, measured } from "./measured-process.js";

/** A way to render directories of a fleet, as whole processes. */
export interface Contender {
  readonly name: string;
  readonly kind: "ours" | "goLibrary" | "binary";
  /** Every so manyth directory alone is rendered; costs are scaled. */
  readonly stride: number;
  /** The digest of each directory's output, and what it cost. */
  render(directories: readonly string[]): Promise<{ readonly digests: ReadonlyMap<string, string>; readonly cost: Cost }>;
}

const here = dirname(fileURLToPath(import.meta.url));
const project = join(here, "../..");

/** Ours with one process and with two, the Go library likewise where it can be built, and the binary two at a time where there is one. */
export function contendersFor(
  fleet: string,
  strides: { readonly library: number; readonly binary: number },
): readonly Contender[] {
  const list: Contender[] = [ours(fleet, 1), ours(fleet, 2)];
  const engine = goEngine();
  if (engine) list.push(...[2, 1].map((workers) => goLibrary(engine, fleet, workers, strides.library)));
  const binary = findKustomize();
  if (binary) list.push(executed(binary, fleet, strides.binary));
  return list;
}

function ours(fleet: string, workers: number): Contender {
  const name = `fleetwright, from git objects, ${workers === 1 ? "one process" : `${workers} processes`}`;
  const args = [join(here, "kustomize-render.js"), fleet, String(workers)];
  return {
    name,
    kind: "ours",
    stride: 1,
    async render(directories) {
      const { cost, outputs } = await measured([{ program: process.execPath, args, input: directories.join("\n") }], 1);
      return { cost, digests: digestsOf(outputs[0]!.toString("utf8")) };
    },
  };
}

function goLibrary(engine: string, fleet: string, workers: number, stride: number): Contender {
  return {
    name: `Go library in process, from disk, ${workers} worker${workers === 1 ? "" : "s"}`,
    kind: "goLibrary",
    stride,
    async render(directories) {
      const input = directories.map((directory) => join(fleet, directory)).join("\n");
      const { cost, outputs } = await measured([{ program: engine, args: ["-workers", String(workers)], input }], 1);
      return { cost, digests: digestsOf(outputs[0]!.toString("utf8").replaceAll(`${fleet}/`, "")) };
    },
  };
}

function executed(binary: string, fleet: string, stride: number): Contender {
  return {
    name: "kustomize build, executed two at a time",
    kind: "binary",
    stride,
    async render(directories) {
      const commands = directories.map((directory) => ({ program: binary, args: ["build", join(fleet, directory)] }));
      const { cost, outputs } = await measured(commands, 2);
      const digest = (output: Buffer): string => createHash("sha256").update(output).digest("hex");
      return { cost, digests: new Map(directories.map((directory, index) => [directory, digest(outputs[index]!)])) };
    },
  };
}

/** Lines of `sha256 directory`. */
function digestsOf(lines: string): ReadonlyMap<string, string> {
  return new Map(
    lines
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => [line.slice(65), line.slice(0, 64)]),
  );
}

/** KUSTOMIZE_ENGINE, or the program of test/bench/go built where there is a Go toolchain. */
function goEngine(): string | undefined {
  const given = process.env["KUSTOMIZE_ENGINE"];
  if (given) return given;
  const built = join(mkdtempSync(join(tmpdir(), "fleetwright-engine-")), "kustomize-engine");
  try {
    execFileSync("go", ["build", "-o", built, "."], { cwd: join(project, "test/bench/go"), stdio: "ignore" });
    return built;
  } catch {
    process.stdout.write("Go library: skipped, there is no Go toolchain (KUSTOMIZE_ENGINE names a built program)\n");
    return undefined;
  }
}
