import { type Draft, part, parts, text, texts } from "../draft.js";

/** A `metav1.LabelSelector` as the text of a `labelSelector` parameter; "" for none. */
export function formatLabelSelector(selector: Draft | undefined): string {
  if (!selector) return "";
  const isPlain = !("matchLabels" in selector) && !("matchExpressions" in selector);
  const labels = Object.entries((isPlain ? selector : part(selector, "matchLabels")) ?? {}).map(
    ([key, value]) => `${key}=${String(value)}`,
  );
  const expressions = parts(selector, "matchExpressions").map(formatExpression);
  return [...labels.sort(), ...expressions].join(",");
}

function formatExpression(expression: Draft): string {
  const key = text(expression, "key");
  switch (text(expression, "operator")) {
    case "In":
      return `${key} in (${texts(expression, "values").join(",")})`;
    case "NotIn":
      return `${key} notin (${texts(expression, "values").join(",")})`;
    case "Exists":
      return key;
    default:
      return `!${key}`;
  }
}
