package certificate

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"avhub/recorder/manifest"
	"avhub/recorder/recordtest"
)

// run runs one of poppler's or zbar's tools; make setup-test installs them.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v (make setup-test installs it)", name, err)
	}
	return string(out)
}

// written writes a certificate to a file.
func written(t *testing.T, f Facts) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "certificate.pdf")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// textOf is a certificate's text without blanks and line ends, which depend on where
// lines are broken.
func textOf(t *testing.T, file string) string {
	t.Helper()
	return solid(run(t, "pdftotext", "-raw", file, "-"))
}

func solid(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == '\f' || r == 0xa0 }), "")
}

func says(t *testing.T, text string, all ...string) {
	t.Helper()
	for _, want := range all {
		if !strings.Contains(text, solid(want)) {
			t.Errorf("the certificate does not say %q", want)
		}
	}
}

// made is a recording with gaps of all sorts.
func made(t *testing.T) Recording {
	t.Helper()
	rec, err := recordtest.Make(filepath.Join(t.TempDir(), "r"), recordtest.Options{
		SM3: true, Name: "法庭全景", Source: "court-2-main", Segments: 4, Gaps: []recordtest.Gap{
			{After: 1, Length: 3 * time.Second, Cause: manifest.CauseNetwork, Detail: "RTSP 超时", Explanation: "交换机断电，\n已更换电源。", Clerk: manifest.Person{Name: "王芳"}, Judge: &manifest.Person{Name: "李强"}},
			{After: 2, Length: 3 * time.Second, Cause: manifest.CauseAdjournment, By: &manifest.Person{Name: "赵静"}},
			{After: 3, Length: 3 * time.Second, Cause: manifest.CauseDisk},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Of(rec.Dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCertificateSaysWhatIsInTheManifest(t *testing.T) {
	r := made(t)
	r.Stamps = []Stamp{{Entry: 31, Time: time.Date(2026, 3, 2, 1, 5, 6, 0, time.UTC), TSA: "https://tsa.example/"}}
	r.Clocks = []Clock{{At: time.Date(2026, 3, 2, 1, 0, 9, 0, time.UTC), Step: -10 * time.Second}}
	r.TrackGaps = []TrackGap{{Track: 2, From: r.Begin, To: r.Begin.Add(time.Second), Length: time.Second, Cause: manifest.CauseCodec, Frames: 1234}}
	r.Held = "上诉期间"
	file := written(t, Facts{
		Court: "黑河市爱辉区人民法院", Number: "（2026）黑11民初1号", Title: "张三诉李四民间借贷纠纷", Hearing: "2026-03-02 第一次开庭，第三法庭",
		Made: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), Recordings: []Recording{r},
	})
	text := textOf(t, file)
	says(t, text, "黑河市爱辉区人民法院", "（2026）黑11民初1号", "张三诉李四民间借贷纠纷", "2026-03-02 第一次开庭，第三法庭", "法庭全景", "court-2-main", r.ID,
		"录音录像完整性证明书", "Certificate of Integrity", "2026-03-03 08:00:00.000 (UTC+8)", "China Standard Time (UTC+8)", "北京时间",
		"2026-03-02 09:00:00.000 (UTC+8)", "应录 "+lasting(r.Length)+" = 已录 "+lasting(r.Media)+" + 缺口 "+lasting(r.Gapped),
		"网络丢失", "network loss", "RTSP 超时", "交换机断电，已更换电源。", "—— 王芳", "李强", "休庭", "adjournment", "赵静", "尚未说明", "not explained yet", "尚未签名",
		r.Seal.SHA256, r.Seal.SM3, r.Seal.Signature, r.Keys[0].Fingerprint, r.Seal.Ledger,
		"2026-03-02 09:05:06.000 (UTC+8)", "https://tsa.example/", "-10.000", "编码不支持 codec not taken", "1 234", "上诉期间",
		"avhub verify --key ledger.pub", "player.html", "原告（申请人、公诉人）", "Plaintiff", "书记员", "Clerk", "审判长（独任审判员）", "Presiding or single judge",
		"附件：录像文件及校验值", "第 1 页 / 共", "Page 1 of")
	for _, s := range r.Segments {
		says(t, text, s.File, s.SHA256, s.SM3)
	}
	for _, k := range r.Tracks {
		if k.In != k.Kept+k.Gapped || k.In == 0 {
			t.Errorf("track %d: %d frames in, %d kept, %d in gaps", k.ID, k.In, k.Kept, k.Gapped)
		}
		says(t, text, k.Codec, grouped(k.In), grouped(k.Kept), grouped(k.Gapped))
	}
	if fonts := run(t, "pdffonts", file); !regexp.MustCompile(`\+NotoSansSC\s+CID TrueType\s+Identity-H\s+yes yes yes`).MatchString(fonts) || strings.Count(fonts, "\n") != 3 {
		t.Errorf("not one font that is embedded, a subset, and can be searched:\n%s", fonts)
	}
	info := run(t, "pdfinfo", file)
	for _, want := range []string{"（2026）黑11民初1号", "A4", "2026"} {
		if !strings.Contains(info, want) {
			t.Errorf("pdfinfo does not say %s:\n%s", want, info)
		}
	}
	if raw, err := os.ReadFile(file); err != nil || len(raw) > 300<<10 {
		t.Errorf("%d bytes, %v", len(raw), err)
	}
	within(t, file)
}

// within checks that every word stands within the page's margins, and none on another.
func within(t *testing.T, file string) (pages int) {
	t.Helper()
	number := regexp.MustCompile(`xMin="([-0-9.]+)" yMin="([-0-9.]+)" xMax="([-0-9.]+)" yMax="([-0-9.]+)">([^<]*)<`)
	for page := range strings.SplitSeq(run(t, "pdftotext", "-bbox", file, "-"), "<page ") {
		words := number.FindAllStringSubmatch(page, -1)
		if len(words) == 0 {
			continue
		}
		pages++
		for _, w := range words {
			var at [4]float64
			for i := range at {
				at[i], _ = strconv.ParseFloat(w[i+1], 64)
			}
			if at[0] < left-1 || at[2] > right+1 || at[1] < 25 || at[3] > pageHeight-25 {
				t.Errorf("page %d: %q stands at %v, outside of the margins", pages, w[5], at)
			}
		}
	}
	if pages == 0 {
		t.Error("no page has words")
	}
	return pages
}

func TestQRCodeIsReadFromThePaper(t *testing.T) {
	one := made(t)
	other := one
	other.ID, other.Seal.SHA256, other.Seal.SM3 = "20260302T010000-abcdefghij", strings.Repeat("0123456789abcdef", 4), ""
	other.Keys = append(other.Keys[:1:1], Key{"SM2", strings.Repeat("fedcba9876543210", 4)})
	file := written(t, Facts{Recordings: []Recording{one, other}})
	dir := t.TempDir()
	run(t, "pdftoppm", "-r", "150", "-png", file, filepath.Join(dir, "page"))
	pages, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	var read string
	for _, page := range pages {
		out, _ := exec.Command("zbarimg", "--raw", "-q", page).Output() // fails on pages without one
		read += string(out)
	}
	for _, r := range []Recording{one, other} {
		if !strings.Contains(read, Payload(r)) {
			t.Errorf("read from the pictures:\n%s\nwithout\n%s", read, Payload(r))
		}
	}
	want := "avhub-certificate/1\nrecording 20260302T010000-abcdefghij\nledger " + one.Seal.Ledger + "\nentry " + strconv.FormatUint(one.Seal.Entry, 10) +
		"\nsha256 " + other.Seal.SHA256 + "\ned25519 " + one.Keys[0].Fingerprint + "\nsm2 " + strings.Repeat("fedcba9876543210", 4) + "\n"
	if got := Payload(other); got != want {
		t.Errorf("payload\n%s\nwant\n%s", got, want)
	}
}
