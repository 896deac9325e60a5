/** How a room ends. */
export type Outcome<Next> =
  | { readonly kind: "next"; readonly value: Next }
  | { readonly kind: "retryAfter"; readonly ms: number; readonly reason: string }
  | { readonly kind: "stop"; readonly reason: string };
