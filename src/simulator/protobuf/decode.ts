import type { ResourceType } from "../api/resource-type.js";
import { unsupportedMediaType } from "../api/status-error.js";

/** A Kubernetes protobuf envelope as a plain object. */
export function decodeProtobuf(_body: Uint8Array, _type?: ResourceType): unknown {
  throw unsupportedMediaType("application/vnd.kubernetes.protobuf", "application/json, application/yaml");
}
