#!/usr/bin/env bash
# Makes the font that certificates are printed in, recorder/certificate/font/NotoSansSC.ttf:
# Noto Sans SC (OFL 1.1) with fewer characters. In it are
#   - all of GB 2312, and of the 通用规范汉字表 (8,105 characters; those that are not in
#     GB 2312 stand in font/characters.txt), which is what names registered in China
#     are written with;
#   - the 5,401 frequent characters of Big5, for names in traditional characters;
#   - Latin letters with their accents, punctuation, numbers in circles.
# The same input makes the same bytes. Needs npm, and Debian's python3 with fonttools.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
. "$here/apt.sh"

mapfile -t wanted < <(missing python3-minimal python3-fonttools)
[ ${#wanted[@]} = 0 ] || install "${wanted[@]}"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent @expo-google-fonts/noto-sans-sc@0.4.3 >/dev/null && tar -xzf ./*.tgz)

/usr/bin/python3 - "$here/font/characters.txt" >"$work/characters.txt" <<'PYTHON'
import sys

def codec(name, first, last, seconds):
    for a in range(first, last):
        for b in seconds:
            try:
                yield bytes([a, b]).decode(name)
            except UnicodeDecodeError:
                pass

wanted = set(codec("gb2312", 0xA1, 0xF8, range(0xA1, 0xFF)))
wanted |= set(codec("big5", 0xA4, 0xC7, [*range(0x40, 0x7F), *range(0xA1, 0xFF)]))
wanted |= set(open(sys.argv[1], encoding="utf-8").read()) - {"\n"}
sys.stdout.reconfigure(encoding="utf-8")
print("".join(sorted(wanted)), end="")
PYTHON

out="$here/../recorder/certificate/font"
pyftsubset "$work/package/400Regular/NotoSansSC_400Regular.ttf" \
	--text-file="$work/characters.txt" \
	--unicodes=U+0020-007E,U+00A0-017F,U+2010-2027,U+2030-203A,U+20AC,U+2116,U+2160-216B,U+2190-2193,U+2460-2473,U+25A1,U+3000-303F,U+FF01-FF5E,U+FFFD \
	--no-hinting --layout-features='' --notdef-outline --name-IDs='0,1,2,3,4,5,6,13,14' \
	--drop-tables+=GSUB,GPOS,GDEF,BASE,STAT,vhea,vmtx,gasp,prep \
	--output-file="$out/NotoSansSC.ttf"
cp "$work/package/LICENSE_FONT" "$out/OFL.txt"
ls -l "$out"
