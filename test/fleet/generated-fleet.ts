import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../fuzz/random.js";

/** What the generator writes beside a fleet: the right answers. */
export interface FleetKey {
  readonly expected: { readonly applicationsPerSet: Readonly<Record<string, number>>; readonly applications: number };
  /** What the generator did wrong on purpose; one that finds no other cluster than the right one changed nothing. */
  readonly anomalies?: readonly {
    readonly kind: string;
    readonly application: string;
    readonly file: string;
    readonly changed: Readonly<Record<string, unknown>>;
  }[];
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

/** The mistakes that can be seen in the tree: not those that changed nothing. */
export function plantedAnomalies(key: FleetKey): NonNullable<FleetKey["anomalies"]> {
  return (key.anomalies ?? []).filter(({ changed }) => Object.keys(changed).length > 0);
}

export interface VariantChoice {
  /** Keeps the variants whose options contain it. */
  readonly match?: string | undefined;
  /** `FROM-TO` or `SEED,SEED`: fleets of these seeds, each of a shape of its own, in place of the usual ones. */
  readonly seeds?: string | undefined;
}

/** Generator options that a run of a fleet area tries. */
export function fleetVariants({ match, seeds }: VariantChoice, extra: readonly string[]): readonly (readonly string[])[] {
  const shapes = [
    [],
    ["--services", "12", "--regions", "6", "--envs", "2"],
    ["--services", "45", "--regions", "2", "--helm-apps", "7"],
    ["--services", "20", "--regions", "3", "--helm-apps", "1"],
    ["--services", "6", "--regions", "16", "--envs", "1"],
    ["--services", "26", "--regions", "1", "--envs", "1"],
  ];
  const usual = [1, 2, 3, 7, 42, 1234, 99991].map((seed, index) => [...shapes[index % shapes.length]!, "--seed", String(seed)]);
  return (seeds === undefined ? usual : freshFleets(seeds))
    .map((args) => [...args, ...extra])
    .filter((args) => match === undefined || args.join(" ").includes(match));
}

function freshFleets(seeds: string): readonly (readonly string[])[] {
  return seedsIn(seeds).map((seed) => {
    const random = new Random(seed);
    const counts = {
      services: 6 + random.below(43),
      envs: 1 + random.below(6),
      regions: 1 + random.below(16),
      "helm-apps": random.below(7),
    };
    // A large product of the three takes minutes.
    while (counts.services * counts.envs * counts.regions > 450) counts.services = Math.ceil(counts.services / 2);
    return [...Object.entries(counts).flatMap(([name, count]) => [`--${name}`, String(count)]), "--seed", String(seed)];
  });
}

/** `7`, `3-5` or `1,3-5,7`. Throws for anything else: a run of no fleet would look like one that passed. */
function seedsIn(text: string): readonly number[] {
  return text.split(",").flatMap((part) => {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    const length = Number(to) - Number(from) + 1;
    if (!(length > 0)) throw new Error(`--seeds ${text}: not of the form SEED, FROM-TO or several of these with commas`);
    return Array.from({ length }, (_, at) => Number(from) + at);
  });
}
