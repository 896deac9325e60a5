import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { adoptApplications } from "#src/core/adopt/adopt.js";
import { proveSet } from "#src/core/adopt/prove.js";
import type { SourceApplication } from "#src/core/adopt/sample.js";
import type { ValueObject } from "#src/core/manifest/value.js";
import { parseYaml } from "#src/core/yaml/parse.js";
import { fleetVariants, generateFleet, plantedAnomalies, type VariantChoice } from "../fleet/generated-fleet.js";
import type { AreaReport } from "./run.js";

/** `adopt` finds every copy-paste mistake of generated hand-written Applications, and takes nothing else for one. */
export async function fleetAdopt(folder: string, options: VariantChoice): Promise<AreaReport> {
  const failures: { id: string; why: string }[] = [];
  let passed = 0;
  const variants = [["--naive"], ["--naive", "--anomalies", "25"], ["--naive", "--anomalies", "0"]];
  for (const args of variants.flatMap((extra) => fleetVariants(options, extra))) {
    const fleet = generateFleet(folder, args);
    try {
      const applications = readApplications(join(fleet.directory, "naive"));
      const kept = adoptApplications(applications, { name: "services", fix: false });
      const fixed = adoptApplications(applications, { name: "services", fix: true });
      const found = kept.anomalies.map(({ application }) => application);
      const wanted = plantedAnomalies(fleet.key).map(({ application, kind }) => ({ application, kind }));
      const missed = wanted.filter(({ application }) => !found.includes(application));
      const wrong = found.filter((name) => !wanted.some(({ application }) => application === name));
      const isProven =
        kept.proof.equal.length === applications.length - wanted.length &&
        kept.proof.extra.length + kept.proof.errors.length === 0 &&
        fixed.proof.equal.length === applications.length - wanted.length &&
        fixed.proof.different.length === wanted.length &&
        fixed.proof.extra.length + fixed.proof.missing.length === 0;
      const unfixed = wanted.length === 0 ? [] : differingFromTruth(folder, args, fixed.applicationSet);
      if (unfixed.length > 0) failures.push({ id: args.join(" "), why: `not as without mistakes: ${unfixed.join(", ")}` });
      else if (missed.length + wrong.length === 0 && isProven) passed++;
      else if (!isProven)
        failures.push({
          id: args.join(" "),
          why: `not proven: ${JSON.stringify({ ...kept.proof, equal: kept.proof.equal.length })}`,
        });
      else failures.push({ id: args.join(" "), why: `missed ${JSON.stringify(missed)}, wrong ${JSON.stringify(wrong)}` });
    } finally {
      fleet.remove();
    }
  }
  return { passed, failures, skipped: new Map() };
}

/** Applications that a mended set does not generate as they are in the same fleet without a mistake. */
function differingFromTruth(folder: string, args: readonly string[], set: ValueObject): readonly string[] {
  const truth = generateFleet(folder, [...args, "--anomalies", "0"]);
  try {
    const { different, missing, extra, errors } = proveSet(set, readApplications(join(truth.directory, "naive")), {
      clusters: [],
    });
    return [...different.map(({ name }) => name), ...missing, ...extra, ...errors];
  } finally {
    truth.remove();
  }
}

/** Every manifest below a folder. */
export function readApplications(folder: string): readonly SourceApplication[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      return { file, document: 0, text, value: parseYaml(text, { dialect: "kubernetes", file }) as ValueObject };
    });
}
