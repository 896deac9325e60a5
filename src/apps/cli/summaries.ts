/** What the overview of all commands says of each, so that none has to be loaded for it: how it is called, and what it does. */
export const summaries: readonly (readonly [usage: string, does: string])[] = [
  [
    "adopt [options] <dir>",
    "turn hand-written Applications (a folder, or - for standard input) into the smallest ApplicationSet, with proof",
  ],
  ["impact [options] [revA] [revB]", "which ApplicationSets and Applications a change touches, and why"],
  ["diff [options] [revA] [revB]", "what a change does to the rendered manifests of every Application"],
  ["render [options] [applications...]", "the manifests of Applications, without a cluster (default: all)"],
  ["at [options] <revision>", "the Applications of the fleet as of a commit"],
  [
    "blame [options] <application> <resource> [field]",
    "the commit that last changed a rendered resource (KIND/NAME), or one field of it (spec.replicas)",
  ],
  [
    "explain [options] <application> [resource] [field]",
    "where an Application, a resource (KIND/NAME) or one field of it (spec.replicas) comes from: file, line, transformer",
  ],
  ["scan [options] [dir]", "what is here: sets, Applications, what renders, what does not and why"],
  [
    "compare [options] [appA] [appB]",
    "the rendered difference of two Applications, or of two environments, without what their overlays explain",
  ],
  ["what-if [options]", "relabel, add or remove a cluster and see what the fleet becomes"],
  ["lint [options]", "findings about the fleet, each with its place"],
  ["kustomize", "render kustomizations in process, byte for byte as Kustomize v5.8.1"],
  ["helm", "charts, rendered in process"],
  ["admin", "look after a control plane: back up, restore, see who works on what"],
  ["app", "Applications on a hub"],
  ["appset", "what ApplicationSets generate, without a cluster"],
  ["drift [options] [names...]", "what differs from git, since when, and who changed it"],
  [
    "shadow [options] [applications...]",
    "read-only beside a running Argo CD: generate, render and compare, and say where the two differ",
  ],
  ["cluster", "the clusters that Applications can go to"],
  ["proj", "AppProjects on a hub"],
  ["plan", "changes over budget that the controller holds until they are approved"],
  ["controller [options]", "reconcile the Applications and ApplicationSets of a cluster until stopped"],
  ["demo [options]", "one commit drives a fleet of Applications on simulated clusters"],
];
