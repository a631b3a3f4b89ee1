package rooms

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// text reads the file and makes it UTF-8. Spreadsheets save UTF-8 with a mark at
// its beginning, GB18030 where the machine is set to Chinese, and UTF-16 as
// "Unicode text".
func (p *importer) text(r io.Reader) (string, bool) {
	data, err := io.ReadAll(io.LimitReader(r, int64(p.limits.Bytes)+1))
	refuse := func(code ImportCode, what, fix string) (string, bool) {
		x := ImportProblem{Code: code, What: what, Fix: fix}
		if code == ImportTooLarge {
			x.Most = p.limits.Bytes >> 10
		}
		p.problem(x)
		return "", false
	}
	switch {
	case err != nil:
		return refuse(ImportUnreadable, "the file could not be read: "+err.Error(), "send it again")
	case len(data) > p.limits.Bytes:
		return refuse(ImportTooLarge, fmt.Sprintf("the file is larger than %d KiB", p.limits.Bytes>>10), "split it")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return refuse(ImportWorkbook, "this is a spreadsheet's own file", "open it, and save it as CSV (CSV UTF-8, 逗号分隔)")
	}
	text, ok := decodeText(data)
	if !ok {
		return refuse(ImportEncoding, "the text is neither UTF-8 nor GB18030", "save it as CSV UTF-8")
	}
	if strings.ContainsRune(text, 0) {
		return refuse(ImportEncoding, "this is no text", "save the list as CSV UTF-8")
	}
	return text, true
}

func decodeText(data []byte) (string, bool) {
	if rest, ok := bytes.CutPrefix(data, []byte("\xef\xbb\xbf")); ok {
		return string(rest), utf8.Valid(rest)
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
		return string(out), err == nil && !bytes.ContainsRune(out, utf8.RuneError)
	}
	if utf8.Valid(data) {
		return string(data), true
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	return string(out), err == nil && !bytes.ContainsRune(out, utf8.RuneError)
}
