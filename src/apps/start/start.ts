/** The entry of the smallest bundle: what is there before a command is. */
export { loadBundle } from "./bundle.js";
export { bundleFor } from "./bundled-commands.js";
