/** An Application's annotation: its value is the seed of the chart's random functions, and the time that `now` gives where it is a date. */
export const stableRandomAnnotation = "fleetwright.dev/stable-random";
