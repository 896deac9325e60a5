// Writes docs/errors.md from the sources: every error code with an example of its words. `node scripts/generate-error-codes.mjs`
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** code → example of its message, "" where it is put together elsewhere, and the folder that raises it. */
export function errorCodes() {
  const codes = new Map();
  for (const entry of readdirSync(join(root, "src"), { recursive: true })) {
    if (!entry.endsWith(".ts") || entry.endsWith(".test.ts")) continue;
    const path = join(root, "src", entry);
    const text = readFileSync(path, "utf8");
    for (const match of text.matchAll(/code: "([A-Z][A-Z0-9]*_[A-Z0-9_]+)"/g)) {
      const before = text.slice(Math.max(0, match.index - 400), match.index);
      const said = [...before.matchAll(/(?:Error|error|fail\w*|outside|problem)\(\s*(`[^`]*`|"[^"]*")/g)].at(-1)?.[1] ?? "";
      const words = said
        .slice(1, -1)
        .replace(/\$\{[^}]*\}/g, "…")
        .replace(/\\n.*/s, "")
        .slice(0, 100);
      const known = codes.get(match[1]);
      if (known === undefined || (known.words === "" && words !== ""))
        codes.set(match[1], { words, folder: dirname(relative(root, path)) });
    }
  }
  return new Map([...codes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = [...errorCodes()].map(
    ([code, { words, folder }]) =>
      `| \`${code}\` | ${words.replaceAll("|", "\\|") || "(as the original words it)"} | \`${folder}\` |`,
  );
  writeFileSync(
    join(root, "docs/errors.md"),
    `# Error codes

Every error that Fleetwright raises on purpose has a code, a message in the user's words, the place (\`file:line:column\`) where there is a file, and a hint
where there is something to do. \`InputError\` is never retried until the input changes, \`ExternalError\` (git, a cluster, a registry) is retried with back-off,
\`InvariantError\` is a defect of ours: please report it. \`CLUSTER_<REASON>\` carries the reason of a Kubernetes status (\`NotFound\`, \`Conflict\`, …), \`KUSTOMIZE_*\`,
\`HELM_*\`, \`TEMPLATE_*\` and \`YAML_*\` carry the originals' words.

Written by \`scripts/generate-error-codes.mjs\`.

| code | said as | raised in |
|---|---|---|
${rows.join("\n")}
`,
  );
}
