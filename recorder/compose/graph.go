package compose

import (
	"fmt"
	"math"
	"strings"
)

// Layout is how cameras stand in the picture.
type Layout string

// Layouts.
const (
	Grid Layout = "grid"
	PIP  Layout = "pip" // picture in picture: one large, the others small in it
)

// Size of the composed picture, in pixels, and pictures a second.
const (
	width, height, rate = 1280, 720, 25
	bar                 = 44 // below the pictures: case number and time
)

// place is where a camera stands.
type place struct{ x, y, w, h int }

func even(n int) int { return n &^ 1 }

// places lays the cameras out.
func places(cameras []camera, l Layout) []place {
	out := make([]place, len(cameras))
	area := height - bar
	if l == PIP {
		small, n := place{w: 256, h: 144}, 0
		rows := max(1, (area-16)/(small.h+8))
		for i, c := range cameras {
			if c.main {
				out[i] = place{0, 0, width, area}
				continue
			}
			col, row := n/rows, n%rows
			out[i] = place{width - (col+1)*(small.w+8) - 8, area - (row+1)*(small.h+8) - 8, small.w, small.h}
			n++
		}
		return out
	}
	cols := int(math.Ceil(math.Sqrt(float64(len(cameras)))))
	rows := (len(cameras) + cols - 1) / cols
	w, h := even(width/cols), even(area/rows)
	for i := range cameras {
		out[i] = place{i % cols * w, i / cols * h, w, h}
	}
	return out
}

// graph writes ffmpeg's filter graph. Texts stand in files beside it, so that nothing
// that somebody has typed is a part of it: name{i}.txt, cover{i}-{k}.txt, number.txt,
// mark.txt. Inputs are the runs, camera by camera.
func (p *plan) graph(l Layout, watermark bool) string {
	var b strings.Builder
	add := func(format string, a ...any) { fmt.Fprintf(&b, format+";\n", a...) }
	add("color=c=black:s=%dx%d:r=%d:d=%.3f[c0]", width, height, rate, p.length)
	at, input, canvas := places(p.cameras, l), 0, 0
	next := func() (from, to int) { canvas++; return canvas - 1, canvas }
	var sounds []string
	order := make([]int, 0, len(p.cameras))
	for i, c := range p.cameras { // the large one lies below the others
		if c.main {
			order = append([]int{i}, order...)
		} else {
			order = append(order, i)
		}
	}
	first := make([]int, len(p.cameras))
	for i, c := range p.cameras {
		first[i] = input
		input += len(c.runs)
	}
	for _, i := range order {
		c, t := p.cameras[i], at[i]
		for k, r := range c.runs {
			n := first[i] + k
			add("[%d:v:0]scale=%d:%d:force_original_aspect_ratio=decrease:force_divisible_by=2,pad=%d:%d:(ow-iw)/2:(oh-ih)/2,setsar=1[v%d]", n, t.w, t.h, t.w, t.h, n)
			from, to := next()
			add("[c%d][v%d]overlay=%d:%d:eof_action=pass:enable='between(t,%.3f,%.3f)'[c%d]", from, n, t.x, t.y, r.start, r.end, to)
			if r.sound {
				add("[%d:a:0]aresample=48000:async=1:first_pts=0,aformat=channel_layouts=stereo[a%d]", n, n)
				sounds = append(sounds, fmt.Sprintf("[a%d]", n))
			}
		}
		for k, v := range c.covers {
			from, to := next()
			add("[c%d]drawbox=x=%d:y=%d:w=%d:h=%d:color=black:t=fill:enable='between(t,%.3f,%.3f)',drawtext=fontfile=font:textfile=cover%d-%d.txt:expansion=none:fontsize=%d:fontcolor=white@0.8:x=%d+(%d-text_w)/2:y=%d+(%d-text_h)/2:enable='between(t,%.3f,%.3f)'[c%d]",
				from, t.x, t.y, t.w, t.h, v.from, v.to, i, k, max(14, t.h/18), t.x, t.w, t.y, t.h, v.from, v.to, to)
		}
		from, to := next()
		add("[c%d]drawtext=fontfile=font:textfile=name%d.txt:expansion=none:fontsize=%d:fontcolor=white:box=1:boxcolor=black@0.5:boxborderw=4:x=%d:y=%d-text_h[c%d]", from, i, max(14, t.h/26), t.x+8, t.y+t.h-10, to)
	}
	from, to := next()
	zero := float64(p.zero.UnixMicro())/1e6 + 8*3600 // China's time
	add("[c%d]drawbox=x=0:y=%d:w=%d:h=%d:color=black:t=fill,drawtext=fontfile=font:textfile=number.txt:expansion=none:fontsize=24:fontcolor=white:x=16:y=%d,"+
		`drawtext=fontfile=font:text='%%{pts\:gmtime\:%.3f\:%%F %%T} UTC+8':fontsize=24:fontcolor=white:x=w-text_w-16:y=%d[c%d]`, from, height-bar, width, bar, height-bar+9, zero, height-bar+9, to)
	if watermark {
		from, to = next()
		marks := make([]string, 0, 3)
		for k := range 3 { // it drifts, so that no place is free of it for long
			marks = append(marks, fmt.Sprintf("drawtext=fontfile=font:textfile=mark.txt:expansion=none:fontsize=28:fontcolor=white@0.28:shadowcolor=black@0.3:shadowx=1:shadowy=1:x='mod(t*12+%d,w+text_w)-text_w':y=%d",
				k*width/2, (2*k+1)*(height-bar)/6))
		}
		add("[c%d]%s[c%d]", from, strings.Join(marks, ","), to)
	}
	add("[c%d]format=yuv420p[video]", canvas)
	if len(sounds) > 0 {
		add("%samix=inputs=%d:duration=longest:normalize=1,apad[sound]", strings.Join(sounds, ""), len(sounds))
	}
	return strings.TrimSuffix(b.String(), ";\n")
}

// sounds tells whether anything is to be heard.
func (p *plan) sounds() bool {
	for _, c := range p.cameras {
		for _, r := range c.runs {
			if r.sound {
				return true
			}
		}
	}
	return false
}
