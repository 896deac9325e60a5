import { spawnSync } from "node:child_process";
import type { BuildCase } from "./kustomize-case.js";
import { randomKustomizations } from "./kustomize-cases.js";
import { randomCharts } from "./kustomize-charts.js";
import { randomEmbedded } from "./kustomize-embedded.js";
import { randomFeatures } from "./kustomize-features.js";
import { mutatedCases } from "./kustomize-mutations.js";
import { randomScalars } from "./kustomize-scalars.js";
import type { Random } from "./random.js";

/** A way to make cases; undefined where the draw is of no use. */
export interface CaseMaker {
  readonly name: string;
  make(random: Random): BuildCase | undefined;
}

/** Every maker that this machine has the original's answer for: charts need `helm` on PATH, which the original executes. */
export function caseMakers(): readonly CaseMaker[] {
  const hasHelm = spawnSync("helm", ["version", "--short"]).status === 0;
  const makers: readonly CaseMaker[] = [
    { name: "overlays", make: randomKustomizations },
    { name: "scalars", make: randomScalars },
    { name: "features", make: randomFeatures },
    { name: "embedded", make: randomEmbedded },
    ...mutatedCases(),
    ...(hasHelm ? [{ name: "charts", make: randomCharts }] : []),
  ];
  return makers.map(({ name, make }) => ({ name, make: (random) => comparable(make(random)) }));
}

/**
 * Not made: a comment that holds what a replacement's `[key=value]` asks for, which the original looks for in comments, too; and a
 * generated ConfigMap or Secret whose kind a patch may change. The original then hashes its Go parser's nodes, lines, columns and comments
 * among them, so that the name depends on where in its file the patch wrote a value.
 */
function comparable(found: BuildCase | undefined): BuildCase | undefined {
  const text = Object.values(found?.files ?? {}).join("\n");
  const hasGenerated = /(?:configMap|secret)Generator|(?:ConfigMap|Secret)Generator/.test(text);
  const changesKind = /allowKindChange["']?: *true|\/kind\b|spec\.kind|path["']?: *["']?kind\b/.test(text);
  if (hasGenerated && changesKind) return undefined;
  const comments = (text.match(/#.*$/gm) ?? []).join("\n");
  const isAskedInComment = [...text.matchAll(/\[[\w./-]+=([^\]]+)\]/g)].some(([, asked = ""]) => comments.includes(asked));
  return isAskedInComment ? undefined : found;
}
