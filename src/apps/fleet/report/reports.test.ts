import { expect, test } from "vitest";
import { InputError } from "../../../core/errors.js";
import type { ApplicationChange } from "../../../core/impact/fleet-diff.js";
import type { FleetState } from "../../../core/impact/fleet-state.js";
import { type FleetReport, fleetReport } from "./fleet-report.js";
import { htmlReport } from "./html.js";
import { leastLimit, markdownReport } from "./markdown.js";
import { terminalReport } from "./terminal.js";

const nothing: FleetState = { applications: new Map(), applicationSets: new Map(), problems: [], clusterFiles: new Map() };

/** A change of `fields` fields with `width` characters each, in each of `count` Applications, no two alike. */
function hugeReport(count: number, fields: number, width: number) {
  const changes = Array.from({ length: count }, (_, at): ApplicationChange => {
    const changed = Array.from({ length: fields }, (_, field) => ({
      path: `data["key-${field}"]`,
      before: `${at} \`\`\`\` ${"x".repeat(width)}`,
      after: `${at} </details> \n\`\`\`\n ${"y".repeat(width)}`,
    }));
    const resource = { group: "", kind: "ConfigMap", namespace: "shop", name: `c-${at}` };
    const name = `app-${at}`;
    return {
      key: `argocd/${name}`,
      name,
      namespace: "argocd",
      effect: "changed",
      spec: at % 3 === 0 ? [{ path: "spec.project", before: "a", after: "b" }] : [],
      resources: [{ kind: "changed", resource, fields: changed }],
    };
  });
  const problem = { error: new Error("is broken ".repeat(width / 10)) as never };
  const after = { ...nothing, problems: Array.from({ length: count }, () => problem) };
  return fleetReport({ from: "1".repeat(40), to: "2".repeat(40), before: nothing, after, changes, reasons: new Map() });
}

test.each([
  [500, 3, 30, 60_000],
  [2, 2000, 40, 60_000],
  [1, 1, 200_000, 60_000],
  [40, 20, 300, 4_000],
  [40, 20, 300, leastLimit],
  [1, 1, 10, 60_000],
])(
  "Markdown of %i changes of %i fields, %i characters wide, keeps within %i characters and ends no fence or element in its middle",
  (count, fields, width, limit) => {
    const text = markdownReport(hugeReport(count, fields, width), limit);
    expect(text.length).toBeLessThanOrEqual(limit);
    expect(text).toMatch(/^<!-- fleetwright-diff -->\n### .*\n\n\*\*\d+ changed/);
    const marks = text.split("\n").filter((line) => /^`{3,}(diff)?$/.test(line));
    for (let at = 0; at < marks.length; at += 2) expect(marks[at]).toBe(`${marks[at + 1]}diff`);
    expect(text.match(/^<details>/gm)?.length ?? 0).toBe(text.match(/^<\/details>$/gm)?.length ?? 0);
    // What is left out is counted.
    if (text.length > limit * 0.9) expect(text).toMatch(/… and \d+ more sections?;|… \d+ more lines|x …/);
  },
);

test("a change that is too long for the rest of the comment is told by its first lines", () => {
  const text = markdownReport(hugeReport(1, 2000, 40), 10_000);
  expect(text).toContain('data["key-0"]');
  expect(text).toMatch(/… \d+ more lines\n`+\n/);
});

test("the HTML page needs nothing from elsewhere, runs no script and takes no value for markup", () => {
  const page = htmlReport(hugeReport(3, 2, 30));
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/<script|<link|<img|<iframe|\b(?:src|href)=|url\(|@import|https?:/i);
  expect(page.match(/<\/details>/g)?.length).toBe(page.match(/<details/g)?.length);
  expect(page).toContain("spec.project");
});

test("the terminal has colours only where they are wanted", () => {
  const report = hugeReport(1, 1, 10);
  expect(terminalReport(report, { color: true })).toContain("\u001b[");
  expect(terminalReport(report, { color: false })).not.toContain("\u001b[");
});

const broken: ApplicationChange = {
  key: "argocd/web",
  name: "web",
  namespace: "argocd",
  effect: "error",
  spec: [],
  resources: [],
  error: new InputError("no such file", { code: "IMPACT_REPOSITORY" }),
  errorAt: "after",
};

test("the work tree is called so, a commit by the begin of its id", () => {
  const ends = {
    from: "1".repeat(40),
    to: "2".repeat(40),
    before: nothing,
    after: nothing,
    changes: [broken],
    reasons: new Map(),
  };
  const ofCommits = fleetReport(ends);
  const ofWorktree = fleetReport({ ...ends, isWorktree: true });
  for (const print of [markdownReport, htmlReport, (report: FleetReport) => terminalReport(report, { color: false })]) {
    expect(print(ofCommits)).toContain("at 2222222222: no such file");
    expect(print(ofWorktree)).toContain("in the work tree: no such file");
    expect(print(ofWorktree)).not.toContain("2222222222");
  }
});

test("Markdown tells apart what cannot be rendered and what is wrong with the fleet", () => {
  const problem = { error: new InputError("two Applications web", { code: "IMPACT_REPOSITORY" }) };
  const after = { ...nothing, problems: [problem] };
  const ends = { from: "1".repeat(40), to: "2".repeat(40), before: nothing, after, reasons: new Map() };
  expect(markdownReport(fleetReport({ ...ends, changes: [broken] }))).toMatch(
    /#### Cannot be rendered\n- \*\*web\*\*: .*\n\n?#### Problems of the fleet\n- two Applications web/,
  );
  expect(markdownReport(fleetReport({ ...ends, changes: [] }))).not.toContain("Cannot be rendered");
});
