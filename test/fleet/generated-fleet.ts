import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the generator writes beside a fleet: the right answers. */
export interface FleetKey {
  readonly expected: { readonly applicationsPerSet: Readonly<Record<string, number>>; readonly applications: number };
  readonly anomalies?: readonly { readonly kind: string; readonly application: string; readonly file: string }[];
  readonly commits?: readonly {
    readonly n: number;
    readonly sha: string;
    readonly kind: string;
    readonly touched: readonly string[];
    readonly affectedApplications: number;
    readonly affected?: readonly string[];
  }[];
}

export interface GeneratedFleet {
  readonly directory: string;
  readonly key: FleetKey;
  remove(): void;
}

/** Runs `generate-fleet.mjs` of `folder` with `args` into a temporary folder. */
export function generateFleet(folder: string, args: readonly string[]): GeneratedFleet {
  const parent = mkdtempSync(join(tmpdir(), "fleetwright-fleet-"));
  const directory = join(parent, "fleet");
  execFileSync(process.execPath, [join(folder, "generate-fleet.mjs"), "--out", directory, ...args], { stdio: "ignore" });
  return {
    directory,
    key: JSON.parse(readFileSync(`${directory}.key.json`, "utf8")) as FleetKey,
    remove: () => rmSync(parent, { recursive: true, force: true }),
  };
}

/** Generator options that a run of a fleet area tries; `--match` picks some by their text. */
export function fleetVariants(match: string | undefined, extra: readonly string[]): readonly (readonly string[])[] {
  const shapes = [
    [],
    ["--services", "12", "--regions", "6", "--envs", "2"],
    ["--services", "45", "--regions", "2", "--helm-apps", "7"],
    ["--services", "20", "--regions", "3", "--helm-apps", "1"],
  ];
  return [1, 2, 3, 7, 42, 1234, 99991]
    .map((seed, index) => [...shapes[index % shapes.length]!, "--seed", String(seed), ...extra])
    .filter((args) => match === undefined || args.join(" ").includes(match));
}
