import type { GeneratorKey } from "../model/application-set.js";
import { clusterDecisionResourceGenerator } from "./cluster-decision-resource.js";
import { clustersGenerator } from "./clusters.js";
import type { Generator } from "./generator.js";
import { gitGenerator } from "./git.js";
import { listGenerator } from "./list.js";
import { matrixGenerator } from "./matrix.js";
import { mergeGenerator } from "./merge.js";
import { pluginGenerator } from "./plugin.js";
import { pullRequestGenerator } from "./pull-request.js";
import { scmProviderGenerator } from "./scm-provider.js";

/** Every kind of generator; adding one is a file and a line. */
export const generators: Readonly<Record<GeneratorKey, Generator>> = {
  list: listGenerator,
  clusters: clustersGenerator,
  git: gitGenerator,
  scmProvider: scmProviderGenerator,
  clusterDecisionResource: clusterDecisionResourceGenerator,
  pullRequest: pullRequestGenerator,
  matrix: matrixGenerator,
  merge: mergeGenerator,
  plugin: pluginGenerator,
};
