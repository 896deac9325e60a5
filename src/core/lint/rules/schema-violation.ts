import type { Location } from "../../errors.js";
import { formatLocation } from "../../errors.js";
import { asValue, splitApiVersion } from "../../manifest/object.js";
import { builtInSchemas } from "../../manifest/schema/built-in.js";
import { joinSources } from "../../manifest/schema/crd.js";
import { validateManifest } from "../../manifest/schema/validate.js";
import type { Rule } from "../rule.js";
import { placeOfField } from "../source-place.js";
import { schemasOfTree } from "../tree-schemas.js";
import { named } from "./render-error.js";

/** Rendered objects that an API server would refuse or silently cut, by Kubernetes' schemas and the fleet's own CRDs. Unknown kinds are left alone. */
export const schemaViolation: Rule = {
  id: "schema-violation",
  severity: "error",
  summary: "A rendered object does not fit its schema: Kubernetes' own, or that of a CRD in the repository.",
  check(fleet) {
    const schemas = joinSources(schemasOfTree(fleet), builtInSchemas);
    const found = new Map<string, { location: Location; message: string; applications: string[] }>();
    for (const application of fleet.state.applications.values()) {
      for (const object of application.render.manifests) {
        const schema = schemas.schemaFor({ ...splitApiVersion(object.apiVersion), kind: object.kind });
        if (!schema) continue;
        for (const { path, message } of validateManifest(asValue(object), schema)) {
          const location = placeOfField(fleet, application, { object, path });
          const text = `${object.kind} ${object.metadata.name}: ${message}`;
          // A shared base gives the same fault to many, under names of their own.
          const id = `${formatLocation(location)} ${message.replace(/\[\d+\]/g, "[]")}`;
          const known = found.get(id);
          if (known) known.applications.push(application.key);
          else found.set(id, { location, message: text, applications: [application.key] });
        }
      }
    }
    return [...found.values()].map(({ location, message, applications }) => ({
      location,
      message: `${message} (in ${named([...new Set(applications)])})`,
    }));
  },
};
