import { InputError } from "../../errors.js";
import type { ValueObject } from "../../manifest/value.js";
import { listAt, stringAt } from "../../manifest/value.js";
import type { FileTree } from "../../render/file-tree.js";
import type { ParamSet } from "../params/params.js";
import type { Generator, GeneratorRun } from "./generator.js";
import { paramSetsOfDirectories } from "./git-directories.js";
import { paramSetsOfFiles } from "./git-files.js";
import { wrapError } from "./values.js";

/** `git`: a parameter set for each directory, or for each object in each file, that the patterns select. */
export const gitGenerator: Generator = {
  requeueAfterSeconds: (spec, defaults) => Number(spec["requeueAfterSeconds"] ?? defaults.requeueAfterSeconds),
  generate(spec, run) {
    const project = checkProject(run);
    const byDirectory = listAt(spec, "directories").length > 0;
    if (!byDirectory && listAt(spec, "files").length === 0)
      throw new InputError("ApplicationSet is empty", { code: "APPSET_EMPTY_GENERATOR" });
    const answer = askForTree(spec, run, project, byDirectory);
    if (!answer) return [];
    try {
      return byDirectory ? directorySets(spec, run, answer) : paramSetsOfFiles(spec, run, answer);
    } catch (error) {
      throw wrapError("error generating params from git", error);
    }
  },
};

/** Argo CD: the project decides on credentials and signatures, so it must exist, unless its name is a template. */
function checkProject(run: GeneratorRun): string {
  const project = stringAt(run.set.spec.template.spec, "project");
  if (project.includes("{{")) return "";
  if (run.projects && !run.projects.has(project)) {
    throw new InputError(`error getting project ${project}: appprojects.argoproj.io ${JSON.stringify(project)} not found`, {
      code: "APPSET_PROJECT",
      hint: "create the AppProject, or name one that exists in spec.template.spec.project",
    });
  }
  return project;
}

function askForTree(spec: ValueObject, run: GeneratorRun, project: string, byDirectory: boolean): FileTree | undefined {
  const repoURL = stringAt(spec, "repoURL");
  const revision = stringAt(spec, "revision") || "HEAD";
  try {
    return run.ask<"git">({ kind: "git", repoURL, revision, project })?.value.tree;
  } catch (error) {
    const context = byDirectory
      ? "error generating params from git: error getting directories from repo: error retrieving Git Directories"
      : "error generating params from git: error retrieving Git files";
    throw wrapError(context, error);
  }
}

function directorySets(spec: ValueObject, run: GeneratorRun, tree: FileTree): readonly ParamSet[] {
  try {
    return paramSetsOfDirectories(spec, run, tree);
  } catch (error) {
    throw wrapError("error generating params from apps", error);
  }
}
