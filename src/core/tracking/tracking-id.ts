import { InputError } from "../errors.js";
import { type KubernetesObject, splitApiVersion } from "../manifest/object.js";

/** What the tracking annotation says: which application owns which resource. */
export interface TrackingId {
  readonly app: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** `<application>:<group>/<kind>:<namespace>/<name>`. */
export function formatTrackingId(id: TrackingId): string {
  return `${id.app}:${id.group}/${id.kind}:${id.namespace}/${id.name}`;
}

/** The parts of a tracking annotation; a name may hold colons (`system:x`). Throws InputError TRACKING_BAD_ID. */
export function parseTrackingId(value: string): TrackingId {
  const [app = "", kindPart, ...rest] = value.split(":");
  const resourcePart = rest.length === 0 ? undefined : rest.join(":");
  const kindParts = kindPart?.split("/") ?? [];
  const nameParts = resourcePart?.split("/") ?? [];
  const [group, kind] = kindParts;
  const [namespace, name] = nameParts;
  if (kindParts.length !== 2 || nameParts.length !== 2 || group === undefined || kind === undefined) throw badTrackingId(value);
  if (namespace === undefined || name === undefined) throw badTrackingId(value);
  return { app, group, kind, namespace, name };
}

/** The id that `app` gives to a resource; one without a namespace takes the destination's, even when cluster-scoped (Argo CD). */
export function trackingIdOf(object: KubernetesObject, app: string, destinationNamespace: string): TrackingId {
  const { namespace, name } = object.metadata;
  const { group } = splitApiVersion(object.apiVersion);
  return { app, group, kind: object.kind, namespace: namespace || destinationNamespace, name: name ?? "" };
}

function badTrackingId(value: string): InputError {
  return new InputError("wrong resource tracking format, should be <application-name>:<group>/<kind>:<namespace>/<name>", {
    code: "TRACKING_BAD_ID",
    hint: `found ${JSON.stringify(value)}`,
  });
}
