import type { FleetApplication } from "./fleet-state.js";

/**
 * The value of `argocd.argoproj.io/manifest-generate-paths` that covers exactly what a render read: folders from the top of the repository,
 * none inside another. Argo CD: a path that begins with `/` counts from the top, and a change anywhere below it renders anew.
 */
export function manifestGeneratePaths({ render: { readSet } }: FleetApplication): string {
  // A file that is not there yet (`ignoreMissingValueFiles`) changes the render when it comes.
  const read = [...readSet.files.keys()];
  const listed = [...readSet.listings].filter(([, digest]) => digest !== "").map(([path]) => path);
  const folders = [...new Set([...read.map((path) => path.slice(0, Math.max(0, path.lastIndexOf("/")))), ...listed])].sort();
  const outermost = folders.filter(
    (folder) => !folders.some((other) => other !== folder && (other === "" || folder.startsWith(`${other}/`))),
  );
  return outermost.map((folder) => `/${folder}`).join(";");
}
