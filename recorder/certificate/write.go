package certificate

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"avhub/recorder/certificate/pdf"
)

// Write prints a certificate. An error is [ErrFacts] or the writer's; nothing is
// written before the whole of it is made.
func Write(w io.Writer, f Facts) error {
	if err := f.check(); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	font, err := printed()
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	s, code := newSheet(font, f.Zone), f.Code()
	s.title(f, code)
	s.theCase(f)
	s.overview(f)
	for i := range f.Recordings {
		if err := s.recording(i, len(f.Recordings), &f.Recordings[i]); err != nil {
			return err
		}
	}
	s.verifying()
	s.signatures(f)
	s.files(f)
	s.finish(s.fitted(strings.TrimSpace("录音录像完整性证明书  Certificate of Integrity   "+f.Number), 7.5, inner), code)
	title := strings.TrimSpace("录音录像完整性证明书 Certificate of Integrity " + shown(font, f.Number, false))
	if err := s.doc.Write(w, pdf.Info{Title: title, Language: "zh-CN", Created: f.Made}); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	return nil
}

func (s *sheet) title(f Facts, code string) {
	s.space(4)
	s.centered(said{text: f.Court, style: pdf.Style{Size: 14, Bold: true}})
	s.space(3)
	s.centered(
		said{text: "庭审录音录像完整性证明书", style: pdf.Style{Size: 19, Bold: true}},
		said{text: "Certificate of Integrity of the Audio and Video Recording of a Hearing", style: pdf.Style{Size: 10, Gray: faint}},
	)
	s.space(4)
	s.page.Line(left, s.y, right, s.y, 1.1, ink)
	s.page.Line(left, s.y+2, right, s.y+2, 0.4, ink)
}

// named is the grid of names and what stands for them.
func (s *sheet) named(width float64) *table {
	return s.table([]column{{width: 98, shade: true}, {width: width - 98}})
}

func (t *table) say(chinese, english string, texts ...said) {
	given := false
	for i := range texts {
		if texts[i].style.Size == 0 {
			texts[i].style = plain
		}
		given = given || texts[i].text != ""
	}
	if !given {
		texts = []said{{text: "—", style: plain}}
	}
	t.row(named(chinese, english), texts)
}

func (s *sheet) theCase(f Facts) {
	s.heading("一、案件", "1. The case", 60)
	t := s.named(inner)
	t.say("法院", "Court", said{text: f.Court})
	t.say("案号", "Case number", said{text: f.Number, style: strong})
	t.say("案由 / 标题", "Subject", said{text: f.Title})
	t.say("庭审", "Hearing", said{text: f.Hearing})
	if !f.Made.IsZero() {
		t.say("出具时间", "Printed", said{text: s.moment(f.Made)})
	}
	zone, in := f.Zone.Name, f.Zone.Name
	if f.Zone == (Zone{}) {
		zone, in = "北京时间（UTC+8）", "China Standard Time (UTC+8)"
	}
	t.say("时区", "Time zone", said{text: "本证明书所列时间均为" + zone + "。  All times are " + in + "."})
}

func (s *sheet) overview(f Facts) {
	s.heading("二、录像一览", "2. Recordings", 70)
	t := s.table([]column{{width: 26, right: true}, {width: 137}, {width: 74}, {width: 74}, {width: 58, right: true}, {width: 58, right: true}, {width: 62.28, right: true}},
		named("序号", "No."), named("信号源", "Source"), named("起", "From"), named("止", "To"), named("应录时长", "Asked for"), named("已录时长", "Recorded"), named("缺口", "Gaps"))
	for i := range f.Recordings {
		r := &f.Recordings[i]
		name := r.Name
		if name == "" {
			name = r.Source
		}
		t.row(in(plain, strconv.Itoa(i+1)), cell{{text: name, style: plain}, {text: r.Source, style: beside}},
			s.when(r.Begin), s.when(r.End), in(plain, lasting(r.Length)), in(plain, lasting(r.Media)),
			cell{{text: lasting(r.Gapped), style: plain}, {text: fmt.Sprintf("%d 处", len(r.Gaps)), style: beside}})
	}
}

// moment is a time with its zone.
func (s *sheet) moment(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(s.zone.location()).Format("2006-01-02 15:04:05.000 (MST)")
}

// when is a time in a table: its day above it.
func (s *sheet) when(t time.Time) cell {
	if t.IsZero() {
		return in(plain, "—")
	}
	at := t.In(s.zone.location())
	return cell{{text: at.Format("2006-01-02"), style: small}, {text: at.Format("15:04:05.000"), style: plain}}
}

// lasting writes a length: 1:02:03.400.
func lasting(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	ms := d.Round(time.Millisecond).Milliseconds()
	return fmt.Sprintf("%s%d:%02d:%02d.%03d", sign, ms/3600000, ms/60000%60, ms/1000%60, ms%1000)
}

// grouped writes a number with a blank after each three digits, as people read it.
func grouped[T int | int64 | uint64](n T) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + " " + text[i:]
	}
	return text
}
