import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { diskTree } from "#src/adapters/fs/disk-tree.js";
import { FleetwrightError, formatError } from "#src/core/errors.js";
import { buildKustomization, type FileTree, KustomizeSession } from "#src/core/kustomize/index.js";
import { generateFleet } from "../fleet/generated-fleet.js";
import { openOracle } from "../fuzz/kustomize-oracle.js";
import { Random } from "../fuzz/random.js";
import { findKustomize } from "../kustomize/binary.js";
import { overlaysOf } from "../kustomize/overlays.js";
import type { Area } from "./areas.js";
import { describeDifference } from "./kustomize-compare.js";

interface Shape {
  readonly name: string;
  readonly args: readonly string[];
  /** Overlays compared, spread over the whole fleet. */
  readonly sample: number;
}

const reference: Omit<Shape, "sample"> = { name: "30x3x4", args: [] };
const large: Omit<Shape, "sample"> = { name: "300x3x12", args: ["--services", "300", "--regions", "12"] };
const all = Number.POSITIVE_INFINITY;

/** Builds run at a time in the binary. */
const parallel = 2;

/** Where the library answers, every so many overlays the binary does. */
const binaryEvery = 40;

const execute = promisify(execFile);

/**
 * Overlays of generated fleets, byte for byte as the original builds them: the binary two at a time, or its library in a Go
 * program with the binary now and then. A large fleet by a sample of 500; `full` takes all of both.
 */
export const kustomizeFleet: Area = async (folder, { match = "", full = false }) => {
  const binary = findKustomize();
  const missing =
    binary === undefined
      ? "there is no kustomize binary (set KUSTOMIZE_BIN)"
      : existsSync(join(folder, "generate-fleet.mjs"))
        ? undefined
        : "there is no fleet generator";
  if (binary === undefined || missing !== undefined) return { passed: 0, failures: [], skipped: new Map([[missing ?? "", 1]]) };
  const oracle = openOracle(binary);
  const shapes: readonly Shape[] = [
    { ...reference, sample: full ? all : 60 },
    { ...large, sample: full ? all : 500 },
  ];
  const failures: { id: string; why: string }[] = [];
  let passed = 0;
  for (const { name, args, sample } of shapes) {
    const fleet = generateFleet(folder, args);
    try {
      const overlays = sampleOf(overlaysOf(fleet.directory), sample).filter((overlay) => `${name} ${overlay}`.includes(match));
      const tree = diskTree(fleet.directory);
      const session = new KustomizeSession();
      const build = async (overlay: string, at: number): Promise<string> => {
        const directory = join(fleet.directory, overlay);
        const quick = at % binaryEvery === 0 ? undefined : await oracle.answerDirectory(directory);
        return quick?.kind === "built" ? quick.output : buildWithBinary(binary, directory);
      };
      const wave = oracle.isQuick ? 1 : parallel;
      for (let at = 0; at < overlays.length; at += wave) {
        const chosen = overlays.slice(at, at + wave);
        const expected = await Promise.all(chosen.map((overlay, index) => build(overlay, at + index)));
        chosen.forEach((overlay, index) => {
          const why = differsFrom(expected[index]!, tree, overlay, session);
          if (why === undefined) passed++;
          else failures.push({ id: `${name} ${overlay}`, why });
        });
      }
    } finally {
      fleet.remove();
    }
  }
  oracle.close();
  return { passed, failures, skipped: new Map() };
};

/** One of each of so many equal stretches, always the same ones. */
function sampleOf(overlays: readonly string[], size: number): readonly string[] {
  if (size >= overlays.length) return overlays;
  const random = new Random(1);
  const step = overlays.length / size;
  return Array.from({ length: size }, (_, index) => overlays[Math.floor((index + random.next()) * step)]!);
}

async function buildWithBinary(binary: string, directory: string): Promise<string> {
  const { stdout } = await execute(binary, ["build", directory], { encoding: "utf8", maxBuffer: 64 << 20 });
  return stdout;
}

function differsFrom(expected: string, tree: FileTree, overlay: string, session: KustomizeSession): string | undefined {
  try {
    const result = buildKustomization(tree, overlay, { session });
    if (result.kind === "needs") return `needs ${JSON.stringify(result.needs)}`;
    const actual = result.yaml();
    return actual === expected ? undefined : describeDifference(expected, actual);
  } catch (error) {
    if (error instanceof FleetwrightError) return `error: ${formatError(error)}`;
    throw error;
  }
}
