#!/usr/bin/env bash
# What the tests need: real cameras, players, a browser, Chinese fonts, a
# firewall to cut networks with, and a C compiler for Go's race detector.
# Quick when all of it is there.
set -euo pipefail
. "$(dirname "$0")/apt.sh"

packages=(
	ffmpeg chromium flite
	gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
	gstreamer1.0-plugins-ugly gstreamer1.0-libav gstreamer1.0-rtsp
	python3-gi gir1.2-gst-rtsp-server-1.0 gir1.2-gst-plugins-bad-1.0
	fonts-noto-cjk nftables iproute2 procps gcc libc6-dev
)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "the tests install what they need on Debian; elsewhere install the like of these first:" "${packages[@]}" >&2
	exit 1
fi
mapfile -t wanted < <(missing "${packages[@]}")
[ ${#wanted[@]} = 0 ] && exit 0

echo "installing for the tests: ${wanted[*]}"
if ! install "${wanted[@]}"; then
	printf '\nThe tests need packages that could not be installed. As root, run:\n    apt-get update && apt-get install --no-install-recommends %s\nthen make test again.\n' "${wanted[*]}" >&2
	exit 1
fi
