package webrtc

import (
	"slices"
	"strings"
)

// keepUnused answers an m-line that the stream has nothing for, and that comes
// before one that it has something for, with a=inactive instead of a refusal.
// The offer's bundle hangs on its first m-line: Chromium fails with
// bundlePolicy max-bundle if that is refused (RFC 9143 section 7.3.3 leaves no
// other way than to choose the transport anew), and finds no candidates with
// the others, since these stand in the first m-line.
func keepUnused(offer, answer string) string {
	asked, given := sections(offer), sections(answer)
	if len(asked) != len(given) || !slices.ContainsFunc(asked[0], func(l string) bool { return strings.HasPrefix(l, "a=group:BUNDLE ") }) {
		return answer
	}
	used := slices.IndexFunc(given, accepted)
	if used < 0 || !slices.ContainsFunc(given[1:used], refused) {
		return answer
	}
	var mids []string
	for i := range given {
		if i > 0 && i < used && refused(given[i]) {
			given[i] = inactive(asked[i], given[i], given[used])
		}
		if mid := value(given[i], "a=mid:"); mid != "" && !refused(given[i]) {
			mids = append(mids, mid)
		}
	}
	toFirst(given[1:])
	for i, l := range given[0] {
		if strings.HasPrefix(l, "a=group:BUNDLE ") {
			given[0][i] = "a=group:BUNDLE " + strings.Join(mids, " ")
		}
	}
	return strings.Join(slices.Concat(given...), "\r\n") + "\r\n"
}

// toFirst moves the candidates to the first m-line that is answered, whose
// transport it is.
func toFirst(lines [][]string) {
	first := slices.IndexFunc(lines, accepted)
	candidate := func(l string) bool {
		return strings.HasPrefix(l, "a=candidate:") || l == "a=end-of-candidates"
	}
	if first < 0 || slices.ContainsFunc(lines[first], candidate) {
		return
	}
	for i := range lines {
		for _, l := range lines[i] {
			if candidate(l) {
				lines[first] = append(lines[first], l)
			}
		}
		if i != first {
			lines[i] = slices.DeleteFunc(lines[i], candidate)
		}
	}
}

// sections cuts an SDP text into its head and its m-lines.
func sections(text string) [][]string {
	all := [][]string{nil}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "m=") {
			all = append(all, nil)
		}
		if line != "" {
			all[len(all)-1] = append(all[len(all)-1], line)
		}
	}
	return all
}

// refused tells whether an m-line has port 0; the head has none.
func refused(section []string) bool {
	if len(section) == 0 || !strings.HasPrefix(section[0], "m=") {
		return false
	}
	_, port, _ := strings.Cut(section[0], " ")
	return strings.HasPrefix(port, "0 ")
}

func accepted(section []string) bool {
	return len(section) > 0 && strings.HasPrefix(section[0], "m=") && !refused(section)
}

// value is what follows a prefix in a section's first such line.
func value(section []string, prefix string) string {
	for _, l := range section {
		if v, ok := strings.CutPrefix(l, prefix); ok {
			return v
		}
	}
	return ""
}

// inactive is an m-line with the transport of one that is used, the first of
// the codecs that were offered for it, and the refusal's candidates.
func inactive(asked, given, used []string) []string {
	words := strings.Fields(asked[0]) // m=video 9 UDP/TLS/RTP/SAVPF 96 97
	if len(words) < 4 {
		return given
	}
	format := words[3]
	section := []string{words[0] + " 9 " + words[2] + " " + format, "c=IN IP4 0.0.0.0", "a=mid:" + value(asked, "a=mid:"), "a=inactive", "a=rtcp-mux"}
	for _, prefix := range []string{"a=setup:", "a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:"} {
		if v := value(used, prefix); v != "" {
			section = append(section, prefix+v)
		}
	}
	for _, l := range asked {
		if strings.HasPrefix(l, "a=rtpmap:"+format+" ") || strings.HasPrefix(l, "a=fmtp:"+format+" ") {
			section = append(section, l)
		}
	}
	for _, l := range given {
		if strings.HasPrefix(l, "a=candidate:") || l == "a=end-of-candidates" {
			section = append(section, l)
		}
	}
	return section
}
