#!/usr/bin/env bash
# What running the hub needs besides the binary: ffmpeg, and that is optional.
set -euo pipefail
. "$(dirname "$0")/apt.sh"

command -v ffmpeg >/dev/null && exit 0
if command -v apt-get >/dev/null; then
	echo "installing ffmpeg"
	install ffmpeg && exit 0
fi
cat >&2 <<'TEXT'
ffmpeg is not here and could not be installed. The hub runs without it, but the
sound of cameras that send AAC stays silent in browsers. To get it:
    sudo apt-get install ffmpeg
TEXT
