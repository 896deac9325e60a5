/** Every error code of the sources, with an example of its message and the folder that raises it. */
export function errorCodes(): ReadonlyMap<string, { readonly words: string; readonly folder: string }>;
