#!/usr/bin/env bash
# Fuzzes every parser of outside bytes, one after the other, each for a while:
#
#   scripts/fuzz.sh [TIME]    such as 10s (the default) or 1h
#
# What breaks one is kept beside its test, in testdata/fuzz, and from then on is
# part of every run of the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-10s}
grep -rn --include='*_test.go' '^func Fuzz' . | sed -E 's|^(.*)/[^/]*\.go:[0-9]+:func (Fuzz[A-Za-z0-9_]*)\(.*|\1 \2|' | sort |
	while read -r folder name; do
		echo "$folder $name"
		go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 20x "$folder"
	done
