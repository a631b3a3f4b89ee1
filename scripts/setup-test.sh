#!/usr/bin/env bash
# What the tests need: real cameras, players, browsers with a tool for certificates, Chinese fonts,
# readers of PDF and QR codes, a firewall to cut networks with, PostgreSQL, an S3 store, and a C compiler for Go's
# race detector.
# Quick when all of it is there.
set -euo pipefail
. "$(dirname "$0")/apt.sh"

packages=(
	ffmpeg chromium flite
	gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
	gstreamer1.0-plugins-ugly gstreamer1.0-libav gstreamer1.0-rtsp gstreamer1.0-nice
	python3-gi gir1.2-gst-rtsp-server-1.0 gir1.2-gst-plugins-bad-1.0
	firefox-esr curl unzip python3-minimal postgresql libnss3-tools fonts-noto-cjk nftables iproute2 procps gcc libc6-dev
	poppler-utils zbar-tools
)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "the tests install what they need on Debian; elsewhere install the like of these first:" "${packages[@]}" >&2
	exit 1
fi
mapfile -t wanted < <(missing "${packages[@]}")
if [ ${#wanted[@]} != 0 ]; then
	echo "installing for the tests: ${wanted[*]}"
	if ! install "${wanted[@]}"; then
		printf '\nThe tests need packages that could not be installed. As root, run:\n    apt-get update && apt-get install --no-install-recommends %s\nthen make test again.\n' "${wanted[*]}" >&2
		exit 1
	fi
fi

# An S3 store with object lock. It is built once, some minutes, and kept beside Go's
# build cache; recorder/archive/miniotest looks for it there.
minio=v0.0.0-20260212201848-7aac2a2c5b7c
dir="$(go env GOCACHE)/avhub-tools/minio-$minio"
if [ ! -x "$dir/minio" ]; then
	echo "building MinIO for the tests: some minutes, once"
	(cd / && GOBIN="$dir" go install "github.com/minio/minio@$minio")
fi
