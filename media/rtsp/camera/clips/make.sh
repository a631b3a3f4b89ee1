#!/usr/bin/env bash
# Makes the demo clips: four rooms, each with a main and a sub picture, 60 s long.
#
#   ./make.sh            needs ffmpeg (libx264, libx265, libopus), flite, fonts-noto-cjk
#
# A clip is played in a loop that follows the wall clock (position = Unix time
# modulo 60 s), so the seconds that it shows are true.
#
# Frame number: a row of 21 square-ish cells near the lower edge, each 1/32 of
# the width wide, beginning at 5.5/32 of the width, between 93 % and 98 % of the
# height: white, black, white, black (start mark), then 16 bits, most
# significant first, white = 1, then a cell that makes the number of white bits
# even. The number is the picture's index in the clip: 25 a second in the main
# clip, 15 in the sub clip.
set -euo pipefail
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
font=$(fc-match -f '%{file}' 'Noto Sans CJK SC:bold')
ff() { ffmpeg -hide_banner -loglevel error -y "$@"; }

# barcode WIDTH HEIGHT: drawbox filters for the frame number
barcode() {
  local w=$1 h=$2 cell=$(($1 / 32)) x0=$(($1 * 11 / 64)) y=$(($2 * 93 / 100)) ch=$(($2 / 20)) i parity=""
  printf 'drawbox=x=0:y=%d:w=%d:h=%d:color=black:t=fill' $((y - ch / 4)) "$w" $((h - y + ch / 4))
  for i in 0 2; do printf ',drawbox=x=%d:y=%d:w=%d:h=%d:color=white:t=fill' $((x0 + i * cell)) "$y" "$cell" "$ch"; done
  for i in $(seq 0 15); do
    local bit="mod(floor(n/$((1 << (15 - i)))),2)"
    parity="$parity+$bit"
    printf ",drawbox=x=%d:y=%d:w=%d:h=%d:color=white:t=fill:enable='%s'" $((x0 + (4 + i) * cell)) "$y" "$cell" "$ch" "$bit"
  done
  printf ",drawbox=x=%d:y=%d:w=%d:h=%d:color=white:t=fill:enable='mod(0%s,2)'" $((x0 + 20 * cell)) "$y" "$cell" "$ch" "$parity"
}

# person CX CY R: a head and shoulders, as a luma expression for geq
person() {
  printf 'lt(hypot(X-%d,Y-%d),%d)+lt(hypot((X-%d)/1.5,Y-%d),%d)*lt(Y,%d)' "$1" "$2" "$3" "$1" $(($2 + $3 * 5 / 2)) $(($3 * 3 / 2)) $(($2 + $3 * 5 / 2))
}

# room FILE HUE FURNITURE PEOPLE: the still part of a scene, 1280x720
room() {
  ff -f lavfi -i "color=c=$2:s=1280x720" -frames:v 1 -vf "
    geq=lum='lum(X,Y)*(1.15-0.55*abs(X-640)/900)*(1-0.25*Y/720)':cb='cb(X,Y)':cr='cr(X,Y)',
    drawbox=x=0:y=500:w=1280:h=220:color=0x0b0f14@0.65:t=fill,
    drawbox=x=150:y=110:w=4:h=390:color=white@0.06:t=fill,drawbox=x=470:y=110:w=4:h=390:color=white@0.06:t=fill,
    drawbox=x=806:y=110:w=4:h=390:color=white@0.06:t=fill,drawbox=x=1126:y=110:w=4:h=390:color=white@0.06:t=fill,
    $4 $3 format=yuv420p" "$1"
}

people() { # CX CY R …: darken where persons sit
  local e="0"
  while [ $# -ge 3 ]; do e="$e+$(person "$1" "$2" "$3")"; shift 3; done
  printf "geq=lum='lum(X,Y)*(1-0.62*min(1\\,%s))':cb='cb(X,Y)':cr='cr(X,Y)'," "$e"
}

wood=0x4a3524
room "$tmp/court-1.png" 0x31404d "drawbox=x=240:y=380:w=800:h=120:color=$wood:t=fill,drawbox=x=240:y=380:w=800:h=8:color=0x7a5a3c:t=fill,drawbox=x=80:y=540:w=360:h=90:color=0x3b2a1c:t=fill,drawbox=x=840:y=540:w=360:h=90:color=0x3b2a1c:t=fill," "$(people 400 300 34 640 280 38 880 300 34)"
room "$tmp/court-2.png" 0x39434a "drawbox=x=120:y=420:w=1040:h=70:color=0x55606a:t=fill,drawbox=x=630:y=150:w=20:h=270:color=0x78848e@0.5:t=fill,drawbox=x=120:y=150:w=1040:h=8:color=0x78848e@0.5:t=fill," "$(people 360 320 44 900 320 44)"
room "$tmp/court-3.png" 0x42504a "drawbox=x=60:y=430:w=1160:h=90:color=0x6b7a70:t=fill,drawbox=x=340:y=250:w=6:h=180:color=white@0.25:t=fill,drawbox=x=640:y=250:w=6:h=180:color=white@0.25:t=fill,drawbox=x=940:y=250:w=6:h=180:color=white@0.25:t=fill," "$(people 200 340 36 500 335 36 790 345 36 1080 335 36)"
room "$tmp/court-4.png" 0x26333f "drawbox=x=180:y=110:w=920:h=250:color=0x0f2233:t=fill,drawbox=x=190:y=120:w=293:h=110:color=0x1d4763:t=fill,drawbox=x=493:y=120:w=293:h=110:color=0x18405a:t=fill,drawbox=x=796:y=120:w=294:h=110:color=0x1d4763:t=fill,drawbox=x=190:y=240:w=293:h=110:color=0x18405a:t=fill,drawbox=x=493:y=240:w=293:h=110:color=0x24557a:t=fill,drawbox=x=796:y=240:w=294:h=110:color=0x18405a:t=fill,drawbox=x=140:y=520:w=1000:h=60:color=0x39495a:t=fill," "$(people 420 450 40 860 450 40)"

# picture FILE ROOM TITLE RATE SIZE CODEC…: one clip's picture
picture() {
  local file=$1 room=$2 title=$3 rate=$4 w=$5 h=$6; shift 6
  ff -loop 1 -framerate "$rate" -i "$tmp/$room.png" -f lavfi -i "color=c=0x8fd3ff@0.9:s=10x6:r=$rate" -t 60 -filter_complex "
    [0][1]overlay=x='mod(t\,60)/60*1270':y=0:shortest=1,
    drawtext=fontfile=$font:text='$title':x=48:y=34:fontsize=40:fontcolor=white@0.92,
    drawtext=fontfile=$font:text='··\\:··\\:%{eif\\:mod(floor(t)\,60)\\:d\\:2}.%{eif\\:mod(floor(t*10+0.001)\,10)\\:d}':x=w-330:y=34:fontsize=44:fontcolor=0x8fd3ff,
    scale=$w:$h:flags=lanczos,$(barcode "$w" "$h"),format=yuv420p[v]" -map '[v]' -an -fflags +bitexact -flags:v +bitexact "$@" "$tmp/$file.mp4"
}
x264() { echo -c:v libx264 -profile:v "$1" -preset veryslow -crf "$2" -bf 0 -refs 2 -g "$3" -keyint_min "$3" -sc_threshold 0 -x264-params bframes=0; }

titles=('第一法庭  Courtroom 1' '提讯室  Interrogation room' '诉讼服务大厅  Service hall' '执行指挥中心  Command centre')
for i in 1 2 3 4; do
  title=${titles[$((i - 1))]}
  if [ "$i" = 4 ]; then
    picture main-4 court-4 "$title" 25 1280 720 -c:v libx265 -preset slow -crf 31 -tag:v hvc1 -x265-params "bframes=0:keyint=50:min-keyint=50:scenecut=0:log-level=error:info=0"
  else
    picture main-$i court-$i "$title" 25 1280 720 $(x264 high 29 50)
  fi
  picture sub-$i court-$i "$title" 15 640 360 $(x264 baseline 31 30)
done

# Sound: speech in court-1, tones elsewhere (440, 1000, 660 Hz).
flite -voice rms -t "The court is now in session. Please state your name, and say whether you can hear the court clearly." -o "$tmp/a.wav"
flite -voice slt -t "Good morning, your honour. I can hear you clearly. I am ready to answer the questions of the court." -o "$tmp/b.wav"
ff -i "$tmp/a.wav" -i "$tmp/b.wav" -filter_complex "[0]aresample=48000,apad=pad_dur=2[a];[1]aresample=48000,apad=pad_dur=3[b];[a][b]concat=n=2:v=0:a=1,aloop=loop=-1:size=2e9,atrim=end=60,volume=0.8[o]" -map '[o]' -ac 1 -ar 48000 "$tmp/speech.wav"
tone() { ff -f lavfi -i "sine=frequency=$1:sample_rate=$2:duration=60" -filter:a volume=1.2 -ac 1 "$tmp/tone-$1.wav"; }
tone 440 32000; tone 1000 8000; tone 660 32000

mux() { ff -i "$tmp/$1.mp4" -i "$2" -map 0:v -map 1:a -c:v copy -fflags +bitexact "${@:4}" -t 60 -movflags +faststart "$3"; }
mux main-1 "$tmp/speech.wav" court-1.mp4 -c:a libopus -b:a 20k -application voip
mux main-2 "$tmp/tone-440.wav" court-2.mp4 -c:a aac -b:a 32k
ff -i "$tmp/main-3.mp4" -map 0:v -c copy -fflags +bitexact -movflags +faststart court-3.mp4
mux main-4 "$tmp/tone-660.wav" court-4.mp4 -c:a aac -b:a 32k
ff -i "$tmp/tone-1000.wav" -c:a pcm_alaw -f alaw court-3.alaw
for i in 1 2 3 4; do ff -i "$tmp/sub-$i.mp4" -map 0:v -c copy -fflags +bitexact -movflags +faststart "court-${i}_sub.mp4"; done
# Black pictures for the fault of that name.
black() { ff -f lavfi -i color=c=black:s=640x360:r=25 -frames:v 2 -fflags +bitexact "${@:2}" "black-$1.mp4"; }
black h264 $(x264 baseline 30 1) -pix_fmt yuv420p
black h265 -c:v libx265 -tag:v hvc1 -x265-params "bframes=0:keyint=1:log-level=error:info=0" -pix_fmt yuv420p
ls -l ./*.mp4 ./*.alaw
