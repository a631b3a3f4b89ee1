package playback

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Cameras of one hearing are one choice: each by its name, all on the clock of the one
// that began first, gaps in their length.
func TestCamerasToChooseFrom(t *testing.T) {
	t.Parallel()
	l := record(t, func(s *studio) {
		one := s.on("court-1")
		two := s.on("court-2")
		time.Sleep(2 * time.Second)
		s.start(one, "court-1", map[string]string{"hearing": "h1"})
		time.Sleep(20 * time.Second)
		s.start(two, "court-2", map[string]string{"hearing": "h1"})
		time.Sleep(30 * time.Second)
		one.Off()
		two.Off()
	})
	page, err := l.List(t.Context(), Query{})
	if err != nil || len(page.Items) != 2 {
		t.Fatalf("%v %+v", err, page)
	}
	leads := map[string]Gaps{}
	var cameras []Camera
	for i := range page.Items {
		r := opened(t, l, page.Items[i].ID)
		name := "庭\"审\n席"
		cameras = append(cameras, Camera{Name: name, Recording: r, Media: func(g Gaps) string {
			leads[page.Items[i].Source] = g
			return fmt.Sprintf("%s.m3u8", page.Items[i].Source)
		}})
	}
	var b strings.Builder
	if err := Cameras(&b, cameras); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 6 || lines[0] != "#EXTM3U" || lines[1] != "#EXT-X-VERSION:7" {
		t.Fatalf("%s", b.String())
	}
	media := regexp.MustCompile(`^#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="cameras",NAME="([^"]+)",DEFAULT=(YES|NO),AUTOSELECT=(YES|NO),URI="([^"]+)"$`)
	first, second := media.FindStringSubmatch(lines[2]), media.FindStringSubmatch(lines[3])
	if first == nil || second == nil || first[2] != "YES" || second[2] != "NO" || first[1] != "庭 审 席" || second[1] != "庭 审 席 (2)" {
		t.Fatalf("%s", b.String())
	}
	if !regexp.MustCompile(`^#EXT-X-STREAM-INF:BANDWIDTH=\d+,AVERAGE-BANDWIDTH=\d+,CODECS="[^"]+",RESOLUTION=\d+x\d+,VIDEO="cameras"$`).MatchString(lines[4]) || lines[5] != first[4] {
		t.Errorf("the variant is %s, %s", lines[4], lines[5])
	}
	if lead := leads["court-1"]; lead.Lead != 0 || !lead.Keep {
		t.Errorf("the first camera's playlist has %+v", lead)
	}
	lead := leads["court-2"].Lead
	if lead < 18e6 || lead > 23e6 {
		t.Fatalf("the second camera's begins %v earlier", lead.Duration())
	}
	// Its playlist begins with what it lacks.
	for _, c := range cameras {
		g := leads[c.Recording.place.source]
		b.Reset()
		if err := c.Recording.Playlist(&b, g); err != nil {
			t.Fatal(err)
		}
		items, _ := itemsOf(t, b.String())
		length := 0.0
		for _, i := range items {
			length += i.length
		}
		want := (c.Recording.End() + g.Lead).Duration().Seconds()
		if length < want-0.04 || length > want+0.04 || g.Lead > 0 && !items[0].gap || g.Lead == 0 && items[0].gap {
			t.Errorf("a playlist of %v s, want %v; it begins with %+v", length, want, items[0])
		}
	}
	if err := Cameras(&b, nil); err == nil {
		t.Error("a playlist of nothing")
	}
}
