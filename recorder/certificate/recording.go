package certificate

import (
	"fmt"
	"strconv"
	"time"

	"avhub/recorder/certificate/pdf"
)

// recording is the section of one source's recording.
func (s *sheet) recording(i, of int, r *Recording) error {
	name := r.Name
	if name == "" {
		name = r.Source
	}
	if i == 0 {
		s.heading("三、各路录像", "3. Each recording", 160)
	}
	s.subheading(fmt.Sprintf("3.%d  录像 %d / %d", i+1, i+1, of), fmt.Sprintf("Recording %d of %d", i+1, of), 120)
	s.summary(r, name)
	s.tracks(r)
	if err := s.values(r); err != nil {
		return err
	}
	s.gaps(r)
	s.trackGaps(r)
	s.clocks(r)
	return nil
}

func (s *sheet) summary(r *Recording, name string) {
	t := s.named(inner)
	t.say("信号源", "Source", said{text: name, style: strong}, said{text: r.Source, style: small})
	t.say("录像编号", "Recording", said{text: r.ID})
	t.say("起止时间", "From – to", said{text: s.moment(r.Begin) + "  至 to  " + s.moment(r.End)})
	t.say("时长", "Length",
		said{text: fmt.Sprintf("应录 %s = 已录 %s + 缺口 %s（%d 处）", lasting(r.Length), lasting(r.Media), lasting(r.Gapped), len(r.Gaps))},
		said{text: fmt.Sprintf("asked for %s = recorded %s + gaps %s (%d)", lasting(r.Length), lasting(r.Media), lasting(r.Gapped), len(r.Gaps)), style: beside})
	t.say("文件", "Files", said{text: fmt.Sprintf("%s 段，%s 字节；录制期间系统重启 %d 次", grouped(len(r.Segments)), grouped(r.Bytes), r.Restarts)},
		said{text: fmt.Sprintf("%s segments, %s bytes; the system restarted %d times meanwhile", grouped(len(r.Segments)), grouped(r.Bytes), r.Restarts), style: beside})
	if gone := goneOf(r); gone > 0 {
		t.say("已删除", "Deleted", said{text: fmt.Sprintf("%d 段已按规则从本机删除，见附件。 %d segments were deleted here by rule: see the annex.", gone, gone)})
	}
	if r.Held != "" {
		t.say("保全", "Legal hold", said{text: r.Held, lines: true})
	}
}

func goneOf(r *Recording) (n int) {
	for _, s := range r.Segments {
		if s.Gone != "" {
			n++
		}
	}
	return n
}

// kinds of tracks, in words.
var kinds = map[string]string{"video": "画面 picture", "audio": "声音 sound"}

func (s *sheet) tracks(r *Recording) {
	s.space(6)
	t := s.table([]column{{width: 40, right: true}, {width: 120}, {width: 100}, {width: 76, right: true}, {width: 76, right: true}, {width: 77.28, right: true}},
		named("轨", "Track"), named("内容", "Content"), named("编码", "Codec"), named("收到的帧", "Frames in"), named("保存的帧", "Kept"), named("缺口中的帧", "In gaps"))
	for _, k := range r.Tracks {
		kind := kinds[k.Kind]
		if kind == "" {
			kind = k.Kind
		}
		t.row(in(plain, strconv.Itoa(k.ID)), in(plain, kind), in(plain, k.Codec), in(plain, grouped(k.In)), in(plain, grouped(k.Kept)), in(plain, grouped(k.Gapped)))
	}
}

// codeSize is the side of a QR code: its modules are wider than 0.4 mm.
const codeSize = 112.0

// values are the integrity check values, and the QR code with them.
func (s *sheet) values(r *Recording) error {
	s.subheading("完整性校验值", "Integrity check values", codeSize+20)
	at := s.y
	if err := s.code(Payload(*r), right-codeSize, at-4, codeSize); err != nil {
		return err
	}
	caption := line{pdf.Style{Size: 6.8, Gray: faint}, "扫码核对 Scan to compare", 10}
	s.put(right-codeSize+(codeSize-caption.style.Size*s.font.Width(caption.text))/2, at-4+codeSize-3, caption)
	page := s.page
	t := s.named(inner - codeSize - 4)
	value := func(chinese, english, text string) {
		if text != "" {
			t.say(chinese, english, said{text: text, style: values})
		}
	}
	value("封存值 SHA-256", "Value of the seal", r.Seal.SHA256)
	value("封存值 SM3", "Value of the seal", r.Seal.SM3)
	value("签名条目", "Signed entry", fmt.Sprintf("%d   %s", r.Seal.Entry, r.Seal.Ledger))
	value("签名 Ed25519", "Signature", r.Seal.Signature)
	value("签名 SM2", "Signature", r.Seal.SM2)
	for _, k := range r.Keys {
		value("公钥指纹 "+k.Kind, "Key, SHA-256 of DER", k.Fingerprint)
	}
	if r.Newest.Entry != r.Seal.Entry {
		value(fmt.Sprintf("清单末条 %d", r.Newest.Entry), "Newest head, SHA-256", r.Newest.SHA256)
		value(fmt.Sprintf("清单末条 %d", r.Newest.Entry), "Newest head, SM3", r.Newest.SM3)
	}
	if s.page == page {
		s.y = max(s.y, at+codeSize+8)
	}
	s.stamps(r)
	return nil
}

func (s *sheet) stamps(r *Recording) {
	s.space(5)
	if len(r.Stamps) == 0 {
		s.paragraph(said{text: "未加盖可信时间戳（RFC 3161）。  No time stamp (RFC 3161) was made.", style: small})
		return
	}
	t := s.table([]column{{width: 60, right: true}, {width: 160}, {width: inner - 220}},
		named("时间戳条目", "Stamped entry"), named("时间戳时间（RFC 3161）", "Time stamp (RFC 3161)"), named("时间戳机构", "Authority"))
	for _, k := range r.Stamps {
		t.row(in(plain, fmt.Sprint(k.Entry)), in(plain, s.moment(k.Time)), in(plain, k.TSA))
	}
}

func (s *sheet) clocks(r *Recording) {
	if len(r.Clocks) == 0 {
		return
	}
	s.subheading("时钟校正", "Settings of the clock", 50)
	t := s.table([]column{{width: 200}, {width: inner - 200}}, named("校正后的时间", "Time as it was set"), named("调整量（秒）", "Step, seconds"))
	for _, c := range r.Clocks {
		t.row(in(plain, s.moment(c.At)), in(plain, fmt.Sprintf("%+.3f", float64(c.Step/time.Millisecond)/1000)))
	}
}
