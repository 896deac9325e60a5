import type { Value, ValueObject } from "../../manifest/value.js";
import { wrapError } from "../generators/values.js";
import type { ApplicationSetSpec } from "../model/application-set.js";
import { structType } from "../model/go-type.js";
import type { Params } from "../params/params.js";
import { compileStrings } from "./compile-strings.js";
import { type ApplicationShape, templatePatcher } from "./template-patch.js";
import type { TextRenderer } from "./text-renderer.js";

export const resourcesFinalizer = "resources-finalizer.argocd.argoproj.io";

/** Compiles a merged template once; the result renders an Application for each set of parameters. */
export function applicationRenderer(
  template: ValueObject,
  spec: ApplicationSetSpec,
  text: TextRenderer,
): (params: Params) => ApplicationShape {
  const render = compileStrings(structType("ApplicationSetTemplate"), template as Value, text.compile);
  const patch = spec.templatePatch === undefined ? undefined : patcher(spec.templatePatch, text);
  const keepsResources = spec.syncPolicy?.preserveResourcesOnDeletion === true;
  return (params) => {
    const application = renderOne(params);
    return patch ? patch(application, params) : application;
  };

  function renderOne(params: Params): ApplicationShape {
    const plain = template as unknown as ApplicationShape;
    // Argo CD: without any parameter the template is the Application, finalizers and all.
    if (Object.keys(params).length === 0) return plain;
    const rendered = render ? (render(params) as unknown as ApplicationShape) : plain;
    if (keepsResources || rendered.metadata["finalizers"] !== undefined) return rendered;
    return { ...rendered, metadata: { ...rendered.metadata, finalizers: [resourcesFinalizer] } };
  }
}

function patcher(templatePatch: string, text: TextRenderer): (application: ApplicationShape, params: Params) => ApplicationShape {
  const apply = templatePatcher();
  return (application, params) => {
    let rendered: string;
    try {
      rendered = text.replace(templatePatch, params);
    } catch (error) {
      throw wrapError("error replacing values in templatePatch", error);
    }
    return apply(application, rendered);
  };
}
