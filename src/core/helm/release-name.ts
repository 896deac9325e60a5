import { compileTemplate, type ExecuteOptions, executeTemplate } from "../gotemplate/render.js";

/** `--name-template`: a template with sprig's functions and no data. */
export function releaseNameOf(template: string, options: ExecuteOptions = {}): string {
  if (!template.includes("{{")) return template;
  return executeTemplate(compileTemplate("name-template", template, { functions: "sprig" }), null, options);
}
