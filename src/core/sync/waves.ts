import type { KubernetesObject } from "../manifest/object.js";
import { annotationOf, helmHookWeightAnnotation, syncWaveAnnotation } from "./annotations.js";

/** The sync wave, else Helm's hook weight, else 0; what is no integer counts as absent. */
export function waveOf(object: KubernetesObject): number {
  return integer(annotationOf(object, syncWaveAnnotation)) ?? integer(annotationOf(object, helmHookWeightAnnotation)) ?? 0;
}

function integer(text: string | undefined): number | undefined {
  if (text === undefined || !/^[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  // `+ 0`: minus zero is zero.
  return Number.isSafeInteger(value) ? value + 0 : undefined;
}
