import type { ValueObject } from "../manifest/value.js";
import { type Anomaly, findAnomalies } from "./anomalies.js";
import { buildApplicationSet } from "./build-set.js";
import type { GeneratorSources } from "./choose-generators.js";
import { explainLeaves, type FleetExplanation } from "./explain-leaves.js";
import { type Proof, proveSet } from "./prove.js";
import { leavesOf, nameOf, type SourceApplication } from "./sample.js";
import { splitByWords } from "./split-by-words.js";
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
  const names = applications.map(nameOf);
  const said = splitByWords(names, leaves);
  const splits = [...(said ? [said] : []), ...splitNames(names)];
  const surveys = splits.map((split) => ({ split, explanation: explainLeaves(leaves, split) }));
  const best = surveys.reduce((least, survey) => (survey.explanation.cost < least.explanation.cost ? survey : least));
  return { ...best, anomalies: findAnomalies(applications, best.explanation) };
}

export interface Adoption {
  readonly applicationSet: ValueObject;
  readonly anomalies: readonly Anomaly[];
  /** Applications that stay written by hand, since the set does not generate them as they are. */
  readonly exceptions: readonly string[];
  readonly proof: Proof;
}

export interface AdoptOptions {
  readonly name: string;
  /** Anomalies are generated as their siblings are, in place of being kept as exceptions. */
  readonly fix: boolean;
  readonly sources?: GeneratorSources | undefined;
}

/**
 * The smallest ApplicationSet that generates hand-written Applications, with the proof. What it cannot generate as it is becomes an exception.
 * With `fix`, anomalies are left to the set and come out as their siblings are.
 */
export function adoptApplications(applications: readonly SourceApplication[], options: AdoptOptions): Adoption {
  const survey = surveyApplications(applications);
  const odd = new Set(options.fix ? [] : survey.anomalies.map(({ application }) => application));
  const clusters = options.sources?.clusters ?? [];
  const tree = options.sources?.tree;
  const fixed = new Set(options.fix ? survey.anomalies.map(({ application }) => application) : []);
  const build = (sources: GeneratorSources | undefined, exclude: ReadonlySet<string>): Adoption => {
    const applicationSet = buildApplicationSet(survey, { name: options.name, exclude: [...exclude], sources });
    const proof = proveSet(
      applicationSet,
      applications.filter((application) => !exclude.has(nameOf(application))),
      { clusters, tree },
    );
    return { applicationSet, anomalies: survey.anomalies, exceptions: [...exclude], proof };
  };
  let adoption = build(options.sources, odd);
  if (!isSound(adoption.proof) && options.sources) adoption = build(undefined, odd);
  const unproven = adoption.proof.different.map(({ name }) => name).filter((name) => !fixed.has(name));
  if (unproven.length === 0) return adoption;
  return build(options.sources, new Set([...odd, ...unproven, ...adoption.proof.missing]));
}

function isSound({ missing, extra, errors }: Proof): boolean {
  return missing.length + extra.length + errors.length === 0;
}
