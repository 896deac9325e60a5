/** The shape in which a client wants objects back. */
export type Shape =
  | { readonly kind: "object" }
  | { readonly kind: "table" }
  | { readonly kind: "partial" }
  | { readonly kind: "discovery"; readonly version: "v2" | "v2beta1" };

/** The first shape of an `Accept` header that this server can make; undefined when there is none (406). */
export function acceptedShape(header: string | undefined): Shape | undefined {
  if (header === undefined || header === "" || header === "*/*" || header === "application/json") return { kind: "object" };
  for (const item of header.split(",")) {
    const [media = "", ...parameters] = item.split(";").map((part) => part.trim());
    const isJson = media === "application/json" || media === "*/*" || media === "application/*";
    if (!isJson) continue;
    const as = parameters.find((parameter) => parameter.startsWith("as="))?.slice(3);
    if (as === undefined) return { kind: "object" };
    if (as === "Table") return { kind: "table" };
    if (as === "PartialObjectMetadata" || as === "PartialObjectMetadataList") return { kind: "partial" };
    if (as === "APIGroupDiscoveryList") {
      const version = parameters.find((parameter) => parameter.startsWith("v="))?.slice(2);
      if (version === "v2" || version === "v2beta1") return { kind: "discovery", version };
    }
  }
  return undefined;
}
