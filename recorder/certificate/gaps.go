package certificate

import (
	"fmt"
	"strconv"
)

// gaps are what is not recorded, and why; a fault that nobody has signed for has room
// for the signature.
func (s *sheet) gaps(r *Recording) {
	s.subheading("缺口", "Gaps", 60)
	if len(r.Gaps) == 0 {
		s.paragraph(said{text: "无缺口：应录时间全部已录。  No gaps: all of the time that was asked for is recorded.", style: plain})
		return
	}
	t := s.table([]column{{width: 26, right: true}, {width: 60}, {width: 60}, {width: 54, right: true}, {width: 92}, {width: 121}, {width: 76.28}},
		named("序号", "No."), named("起", "From"), named("止", "To"), named("时长", "Length"), named("原因", "Cause"), named("决定人 / 书记员说明", "Ordered by / clerk's explanation"), named("审判长签名", "Signed by the judge"))
	for _, g := range r.Gaps {
		chinese, english := g.Cause.Words()
		cause := cell{{text: chinese, style: plain}, {text: english, style: beside}, {text: g.Detail, style: small, lines: true}}
		if g.Frames > 0 {
			cause = append(cause, said{text: fmt.Sprintf("%s 帧未保存 frames not kept", grouped(g.Frames)), style: beside})
		}
		t.least = 0
		var who, signed cell
		switch {
		case g.Cause.Lawful():
			who, signed = in(plain, g.By), in(plain, "—")
			if g.By == "" {
				who = in(plain, "—")
			}
		case g.Explanation == "":
			who, t.least = cell{{text: "尚未说明", style: strong}, {text: "not explained yet", style: beside}}, 44
		default:
			who = cell{{text: g.Explanation, style: plain, lines: true}, {text: "—— " + g.ExplainedBy, style: small}}
		}
		if !g.Cause.Lawful() {
			signed = cell{{text: g.SignedBy, style: plain}, {text: "已电子签名 signed in the system", style: beside}}
			if g.SignedBy == "" {
				signed, t.least = cell{{text: "尚未签名 not signed yet", style: beside}}, 44
			}
		}
		t.row(in(plain, strconv.Itoa(g.Number)), s.when(g.From), s.when(g.To), in(plain, lasting(g.Length)), cause, who, signed)
	}
}

func (s *sheet) trackGaps(r *Recording) {
	if len(r.TrackGaps) == 0 {
		return
	}
	s.subheading("仅缺画面或声音的时间", "Times in which one track was missing", 60)
	t := s.table([]column{{width: 40, right: true}, {width: 66}, {width: 66}, {width: 60, right: true}, {width: inner - 300}, {width: 68, right: true}},
		named("轨", "Track"), named("起", "From"), named("止", "To"), named("时长", "Length"), named("原因", "Cause"), named("未保存的帧", "Frames lost"))
	for _, g := range r.TrackGaps {
		chinese, english := g.Cause.Words()
		t.row(in(plain, strconv.Itoa(g.Track)), s.when(g.From), s.when(g.To), in(plain, lasting(g.Length)),
			cell{{text: chinese + " " + english, style: plain}, {text: g.Detail, style: small, lines: true}}, in(plain, grouped(g.Frames)))
	}
}
