import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { metricTable } from "#src/adapters/prometheus/metric-table.js";
import { prometheusMetrics } from "#src/adapters/prometheus/prometheus-metrics.js";
import { parseYaml } from "#src/core/yaml/parse.js";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
const parts = ["_bucket", "_sum", "_count"];

interface Target {
  readonly expr: string;
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly Target[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}
interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: string | { readonly query: string } }[];
  };
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const dashboards = readdirSync(at("deploy/dashboards")).map(
  (file) => [file, JSON.parse(readFileSync(at(`deploy/dashboards/${file}`), "utf8")) as Dashboard] as const,
);
const rulesFile = "deploy/alerts/fleetwright.rules.yaml";
const groups = parseYaml(readFileSync(at(rulesFile), "utf8"), { dialect: "kubernetes" }) as unknown as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.groups.flatMap((group) => group.rules);

/** name → labels of everything the controller exposes, the process's own metrics among them. */
const exposed = new Map<string, readonly string[] | undefined>();
beforeAll(async () => {
  for (const [, name] of (await prometheusMetrics({ process: true }).text()).matchAll(/^# TYPE (\S+)/gm))
    exposed.set(name!, undefined);
  for (const [name, { kind, labels }] of Object.entries(metricTable)) {
    exposed.set(name, labels);
    if (kind === "histogram") for (const part of parts) exposed.set(name + part, part === "_bucket" ? [...labels, "le"] : labels);
  }
});

/** What an expression names that nobody exposes: a metric, or a label that the metric before the braces does not have. */
function unknownIn(expr: string): readonly string[] {
  const unknown: string[] = [];
  for (const [, name, selector] of expr.matchAll(/\b((?:argocd|fleetwright|process|nodejs)_[a-z0-9_]+)(\{[^}]*\})?/g)) {
    if (!exposed.has(name!)) unknown.push(name!);
    const labels = exposed.get(name!);
    for (const [, label] of (selector ?? "").matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g))
      if (labels !== undefined && !labels.includes(label!)) unknown.push(`${name}{${label}}`);
  }
  return unknown;
}

test("every alert asks for metrics and labels that the controller exposes, and has its page in the runbooks", () => {
  const headings = readFileSync(at("docs/runbooks.md"), "utf8");
  for (const { alert, expr, annotations } of rules) {
    expect(unknownIn(expr), alert).toEqual([]);
    expect(annotations["runbook_url"]).toMatch(new RegExp(`#${alert.toLowerCase()}$`));
    expect(headings).toContain(`\n## ${alert}\n`);
  }
});

test("every alert has a test in which it fires", () => {
  const tests = readFileSync(at("deploy/alerts/fleetwright.rules.test.yaml"), "utf8");
  for (const { alert } of rules) expect(tests).toMatch(new RegExp(`alertname: ${alert}\n +exp_alerts:\n`));
});

describe.each(dashboards)("deploy/dashboards/%s", (_file, { panels, templating }) => {
  test("asks only for metrics and labels that the controller exposes", () => {
    for (const { title, targets = [] } of panels)
      for (const { expr } of targets) expect(unknownIn(expr), `${title}: ${expr}`).toEqual([]);
    for (const { name, query } of templating.list)
      expect(unknownIn(typeof query === "string" ? query : query.query), name).toEqual([]);
  });

  test("uses only variables that it has, and no panel lies on another", () => {
    const known = new Set([...templating.list.map(({ name }) => name), "__rate_interval"]);
    const text = JSON.stringify(panels);
    for (const [, name] of text.matchAll(/\$\{?([a-z_]+)/g)) expect(known).toContain(name);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { gridPos, title } of panels)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(x, title).toBeLessThan(24);
          expect(taken.has(`${x},${y}`), title).toBe(false);
          taken.add(`${x},${y}`);
        }
  });
});

test("docs/metrics.md tells of every metric and of no other", () => {
  const told = [...readFileSync(at("docs/metrics.md"), "utf8").matchAll(/^\| `([a-z0-9_]+)` \| (\w+) \| ([^|]*) \|/gm)];
  expect(told.map(([, name, kind, labels]) => [name, kind, labels!.replaceAll("`", "").trim()])).toEqual(
    Object.entries(metricTable).map(([name, { kind, labels }]) => [name, kind, labels.join(", ")]),
  );
});

describe.skipIf(!hasPromtool)(`promtool${hasPromtool ? "" : " (skipped: it is not on the PATH)"}`, () => {
  test("the alert rules do what their tests say", () => {
    const result = spawnSync("promtool", ["test", "rules", "fleetwright.rules.test.yaml"], {
      cwd: at("deploy/alerts"),
      encoding: "utf8",
    });
    expect(result.stderr + result.stdout).toContain("SUCCESS");
    expect(result.status).toBe(0);
  });

  test("every expression of the dashboards is PromQL", () => {
    const folder = mkdtempSync(join(tmpdir(), "fleetwright-promql-"));
    const records = dashboards.flatMap(([file, { panels }]) =>
      panels.flatMap(({ id, targets = [] }) =>
        targets.map(({ expr }, index) => ({
          record: `panel:${file.replace(/\W/g, "_")}:${id}_${index}`,
          expr: expr.replaceAll("$__rate_interval", "5m").replaceAll(/\$[a-z]+/g, ".*"),
        })),
      ),
    );
    writeFileSync(join(folder, "rules.json"), JSON.stringify({ groups: [{ name: "dashboards", rules: records }] }));
    const result = spawnSync("promtool", ["check", "rules", join(folder, "rules.json")], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect(result.stderr).toBe("");
    expect(result.stdout).toContain(`SUCCESS: ${records.length} rules found`);
  });
});
