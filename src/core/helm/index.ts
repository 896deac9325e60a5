export { type ArgoContext, type ArgoHelm, argoHelm } from "./argo-source.js";
export { parseKubeVersion } from "./capabilities.js";
export type { Chart, ChartFile, Dependency, Metadata } from "./chart.js";
export { loadChart, loadChartArchive } from "./load-directory.js";
export { loadChartFiles } from "./load-files.js";
export type { Hook, Manifest } from "./manifests.js";
export { releaseNameOf } from "./release-name.js";
export { type ChartOutput, type TemplateOptions, templateChart } from "./template-chart.js";
export { mergeUserValues, type UserValues } from "./user-values.js";
