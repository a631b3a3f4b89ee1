package certificate

import (
	"strconv"

	"avhub/recorder/certificate/pdf"
)

// verifying says how anybody can tell that the recordings are those of this paper.
func (s *sheet) verifying() {
	s.heading("四、校验方法", "4. How to verify", 110)
	english := pdf.Style{Size: 7.4, Gray: faint}
	for _, p := range [][2]string{
		{"1. 用 avhub 校验：运行 avhub verify --key ledger.pub 录像文件夹，公钥须取自可信处；显示 whole 且完整性校验值与本证明书一致，即自封存以来未被改动。",
			"1. With avhub: run avhub verify --key ledger.pub FOLDER, with the public key from a place that you trust. If it says whole, and its integrity check value is the one on this paper, nothing was changed since the recording was sealed."},
		{"2. 离线校验：用浏览器打开案卷光盘或压缩包中的 player.html，无需联网，页面播放录像并逐一校验，显示的校验值应与本证明书一致。",
			"2. Without a network: open player.html of the exported case file in a browser. It plays and verifies the recordings; the value that it shows must be the one on this paper."},
		{"3. 公钥指纹：openssl pkey -pubin -in ledger.pub -outform DER | sha256sum 的结果应与本证明书所列指纹一致。单个文件可用 sha256sum 与附件核对。",
			"3. The key: openssl pkey -pubin -in ledger.pub -outform DER | sha256sum prints its fingerprint. A single file is compared with the annex by sha256sum."},
		{"4. 扫描二维码可得录像编号、签名条目、校验值与公钥指纹的文本，以便机器比对。格式公开，任何人可自行编写校验程序。",
			"4. The QR code holds the recording, the signed entry, the values and the fingerprints as text, to be compared by a machine. The format is public: anybody can write a verifier."},
	} {
		s.paragraph(said{text: p[0], style: plain}, said{text: p[1], style: english})
		s.space(3)
	}
}

// Usual are those who sign where nobody else is named: two parties, clerk, judge.
var Usual = []Signer{
	{Role: [2]string{"原告（申请人、公诉人）", "Plaintiff, applicant or prosecutor"}},
	{Role: [2]string{"被告（被申请人、被告人）", "Defendant or respondent"}},
	{Role: [2]string{"书记员", "Clerk"}},
	{Role: [2]string{"审判长（独任审判员）", "Presiding or single judge"}},
}

const signatureHeight = 64.0

func (s *sheet) signatures(f Facts) {
	all := f.Signers
	if all == nil {
		all = Usual
	}
	s.heading("五、确认与签名", "5. Confirmation and signatures", 34+signatureHeight*float64(min(2, (len(all)+1)/2)))
	s.paragraph(
		said{text: "签名人已阅本证明书所列录像的起止时间、缺口及其原因、完整性校验值（含附件）。有异议的，请在签名处注明。", style: plain},
		said{text: "The undersigned have seen the times, the gaps with their causes and the integrity check values of the recordings in this certificate and its annex. Objections are to be noted beside the signature.", style: pdf.Style{Size: 7.4, Gray: faint}},
	)
	s.space(8)
	const between = 20.0
	width := (inner - between) / 2
	for i := 0; i < len(all); i += 2 {
		pair := all[i:min(i+2, len(all))]
		var texts [2][]line
		height := signatureHeight
		for k, p := range pair {
			texts[k] = s.broken([]said{{text: p.Role[0], style: strong}, {text: p.Role[1], style: beside}, {text: p.Name, style: plain}}, width)
			height = max(height, heightOf(texts[k])+34)
		}
		s.signaturePair(texts, len(pair), min(height, bottom-top), width, between)
	}
}

// signaturePair draws the places of two signers beside each other. A name that fits on
// no page goes on on the next.
func (s *sheet) signaturePair(texts [2][]line, n int, height, width, between float64) {
	s.need(height)
	for {
		taken, rest := fitting(texts[:], bottom-s.y-34)
		for k, lines := range taken {
			y := s.y
			for _, l := range lines {
				s.put(left+float64(k)*(width+between), y, l)
				y += l.height
			}
		}
		if rest == nil {
			break
		}
		copy(texts[:], rest)
		s.turn()
	}
	y := s.y + max(signatureHeight, heightOfRow(texts[:])+34) - 20
	for k := range n {
		x := left + float64(k)*(width+between)
		s.page.Line(x, y, x+width, y, 0.6, ink)
		s.put(x, y+1, line{beside, "签名（盖章） Signature (seal)", 10})
		s.put(x+width-96, y+1, line{beside, "日期 Date        年     月     日", 10})
	}
	s.y = y + 20
}

// files is the annex: every segment with its hash.
func (s *sheet) files(f Facts) {
	s.turn()
	s.pair(left, "附件：录像文件及校验值", "Annex: the recordings' files and their values", 11.5)
	s.space(22)
	for i := range f.Recordings {
		r := &f.Recordings[i]
		s.subheading(strconv.Itoa(i+1)+"  "+s.fitted(r.Source, 9.5, 250), r.ID, 50)
		t := s.table([]column{{width: 58}, {width: 64}, {width: 52, right: true}, {width: 56, right: true}, {width: inner - 230}},
			named("文件", "File"), named("起", "From"), named("时长", "Length"), named("字节", "Bytes"), named("校验值", "SHA-256, SM3"))
		for _, g := range r.Segments {
			value := cell{{text: g.SHA256, style: pdf.Style{Size: 7}}}
			if g.SM3 != "" {
				value = append(value, said{text: "SM3 " + g.SM3, style: pdf.Style{Size: 6.5}})
			}
			if g.Gone != "" {
				value = append(value, said{text: "已按规则从本机删除 deleted here by rule: " + g.Gone, style: beside})
			}
			at := g.Begin.In(s.zone.location())
			t.row(in(small, g.File), cell{{text: at.Format("2006-01-02"), style: pdf.Style{Size: 6.8, Gray: faint}}, {text: at.Format("15:04:05.000"), style: small}},
				in(small, lasting(g.Length)), in(small, grouped(g.Size)), value)
		}
		if len(r.Segments) == 0 {
			s.paragraph(said{text: "无文件。  No files.", style: plain})
		}
		s.space(6)
	}
}
