import { type Anomaly, findAnomalies } from "./anomalies.js";
import { explainLeaves, type FleetExplanation } from "./explain-leaves.js";
import { leavesOf, nameOf, type SourceApplication } from "./sample.js";
import { type NameSplit, splitNames } from "./split-names.js";

/** What N hand-written Applications have in common. */
export interface Survey {
  readonly split: NameSplit;
  readonly explanation: FleetExplanation;
  readonly anomalies: readonly Anomaly[];
}

/** Finds the two things by which the Applications differ, and what each field depends on; the cheapest explanation counts. */
export function surveyApplications(applications: readonly SourceApplication[]): Survey {
  const leaves = leavesOf(applications);
  const surveys = splitNames(applications.map(nameOf)).map((split) => ({ split, explanation: explainLeaves(leaves, split) }));
  const best = surveys.reduce((least, survey) => (survey.explanation.cost < least.explanation.cost ? survey : least));
  return { ...best, anomalies: findAnomalies(applications, best.explanation) };
}
