#!/usr/bin/env bash
# What a stranger does: clones the repository into an empty folder, with an empty
# home and empty caches (Go's, npm's), and runs a command of the README.
#
#   scripts/fresh.sh run     make run, until the four demo cameras are seen; then it is stopped
#   scripts/fresh.sh test    make test
#
# The clone is of what is committed. AVHUB_… variables are passed on: with
# AVHUB_HTTP_LISTEN and the like it runs beside another hub.
set -euo pipefail
command=${1:-run}
folder=$(mktemp -d "${TMPDIR:-/tmp}/avhub-fresh.XXXXXX")
child=

cleanup() {
	[ -z "$child" ] || kill -TERM -- "-$child" 2>/dev/null || true
	[ -z "$child" ] || wait "$child" 2>/dev/null || true
	chmod -R u+w "$folder" # Go's modules are read-only
	rm -rf "$folder"
}
trap cleanup EXIT

# Of the environment only what leads to the network, and the hub's own.
keep=(PATH="$PATH" HOME="$folder/home")
for name in $(compgen -e); do
	case $name in
	AVHUB_* | LANG | LC_* | http_proxy | https_proxy | no_proxy | HTTP_PROXY | HTTPS_PROXY | NO_PROXY | SSL_CERT_* | NODE_EXTRA_CA_CERTS | GOPROXY | GOSUMDB)
		keep+=("$name=${!name}")
		;;
	esac
done

mkdir "$folder/home"
git clone -q "$(git -C "$(dirname "$0")" rev-parse --show-toplevel)" "$folder/avhub"
cd "$folder/avhub"
began=$SECONDS

case $command in
test)
	env -i "${keep[@]}" make test
	echo "fresh: make test passed after $((SECONDS - began)) s"
	;;
run)
	set -m # a process group of its own, to end all of it
	env -i "${keep[@]}" make run &
	child=$!
	set +m
	env -i "${keep[@]}" node scripts/fresh-look.mjs "http://${AVHUB_HTTP_LISTEN:-127.0.0.1:8080}" "$child"
	echo "fresh: make run shows its four cameras after $((SECONDS - began)) s"
	;;
*)
	echo "usage: $0 run|test" >&2
	exit 2
	;;
esac
