import { hasParameter, normalizeRepositoryURL } from "../../core/render/repository-url.js";

export interface CheckoutChoice {
  readonly isCheckout: (repoURL: string) => boolean;
  /** Set where the choice is not obvious and a person should know of it. */
  readonly note?: string;
}

/**
 * Which URLs mean the clone at hand: those of its remotes; and where no source names a remote, the one URL that all of them name. A URL with a
 * parameter may be any, so that beside one nothing is guessed. `given` are URLs with a path of their own and never mean the clone.
 */
export function chooseCheckoutUrls(
  remotes: readonly string[],
  named: ReadonlySet<string>,
  given: ReadonlySet<string>,
): CheckoutChoice {
  const own = new Set(remotes.map(normalizeRepositoryURL));
  const others = new Set([...given].map(normalizeRepositoryURL));
  const candidates = new Map([...named].map((url) => [normalizeRepositoryURL(url), url]));
  for (const url of others) candidates.delete(url);
  const isRemote = [...candidates.keys()].some((url) => own.has(url));
  const [only] = candidates;
  if (!isRemote && candidates.size === 1 && only && !hasParameter(only[1])) {
    const [normalized, url] = only;
    return {
      isCheckout: (asked) => normalizeRepositoryURL(asked) === normalized,
      note: `${url} is taken to be this checkout: all sources name it`,
    };
  }
  return { isCheckout: (asked) => own.has(normalizeRepositoryURL(asked)) };
}
