#!/bin/sh
':' //; exec node --min-semi-space-size=64 --max-semi-space-size=128 "$0" "$@"

// A shell reads the second line and starts Node with room for what is young; Node reads a text and a comment there (ADR 0194).
require("../dist/apps/fleetwright.cjs");
