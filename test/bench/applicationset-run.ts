import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { diskTree } from "#src/adapters/fs/disk-tree.js";
import {
  admitApplicationSet,
  clustersFromInventory,
  decodeApplicationSet,
  generate,
  type NeedAnswer,
  needKey,
  validateApplications,
} from "#src/core/applicationset/index.js";
import type { ValueObject } from "#src/core/manifest/value.js";
import { parseYamlDocuments } from "#src/core/yaml/parse.js";

/** Generates and validates the Applications of `platform/applicationsets/services.yaml` in the fleet at argv[2]; prints count and digest. */
const fleet = process.argv[2]!;
const read = (path: string) =>
  parseYamlDocuments(readFileSync(join(fleet, path), "utf8"), { dialect: "kubernetes", duplicateKeys: "last", file: path });
const documentsIn = (folder: string) => readdirSync(join(fleet, folder)).flatMap((file) => read(`${folder}/${file}`));

const set = decodeApplicationSet(admitApplicationSet(read("platform/applicationsets/services.yaml")[0] as ValueObject).manifest);
const clusters = clustersFromInventory(documentsIn("platform/clusters"), "clusters");
const tree = diskTree(fleet);
const answers = new Map<string, NeedAnswer>();
for (;;) {
  const result = generate(set, { clusters, answers });
  if (result.kind === "needs") {
    for (const need of result.needs) answers.set(needKey(need), { kind: "answered", value: { tree } });
    continue;
  }
  const problems = validateApplications(result.applications, { setName: set.metadata.name, clusters });
  const digest = createHash("sha256");
  for (const { metadata, spec } of result.applications) digest.update(JSON.stringify({ metadata, spec }));
  const first = result.errors[0]?.error.message ?? [...problems.values()][0] ?? "";
  process.stdout.write(
    `${JSON.stringify({ applications: result.applications.length, problems: problems.size, first, digest: digest.digest("hex") })}\n`,
  );
  break;
}
