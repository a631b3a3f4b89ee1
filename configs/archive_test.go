package configs_test

import (
	"reflect"
	"strings"
	"testing"

	"avhub/configs"
)

// TestRetentionKnowsEverySite: a kind of site without a retention would leave its
// recordings unlocked.
func TestRetentionKnowsEverySite(t *testing.T) {
	t.Parallel()
	field, _ := reflect.TypeFor[configs.Source]().FieldByName("Site")
	sites := strings.Fields(field.Tag.Get("one"))
	days := configs.Default().Archive.Retention.Days()
	for _, site := range sites {
		if days[configs.Site(site)] < 1 {
			t.Errorf("%s has no retention", site)
		}
	}
	if len(days) != len(sites) {
		t.Errorf("retention knows %v, sites are %v", days, sites)
	}
}

func TestArchiveIsRead(t *testing.T) {
	t.Parallel()
	c := parse(t, `
data_dir: /var/lib/avhub
recording: {dir: /films, keep_days: 30, low_mark: 10}
archive: {endpoint: "http://10.0.0.9:9000", bucket: court, access_key: a, secret_key: b, part_size: 8MiB, retention: {security: 30}}
`)
	if c.Archive.PartSize != 8<<20 || c.Archive.Retention.Days()["security"] != 30 || c.Archive.Retention.Days()["field"] != 3650 {
		t.Errorf("%+v", c.Archive)
	}
	if got := c.RecordingDir(); got != "/films" {
		t.Errorf("recordings go to %s", got)
	}
	if c.Recording.KeepDays != 30 || c.Recording.LowMark != 10 {
		t.Errorf("%+v", c.Recording)
	}
}

func TestSizesAreWrittenAsTheyAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]configs.Size{"512KiB": 512 << 10, "16MiB": 16 << 20, "1GiB": 1 << 30, "1025KiB": 1025 << 10} {
		var s configs.Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want || s.String() != text {
			t.Errorf("%s: %d, %s, %v", text, s, s, err)
		}
	}
	for _, text := range []string{"", "16", "16MB", "MiB", "-1MiB", "1.5GiB", "99999999999GiB"} {
		var s configs.Size
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as %d", text, s)
		}
	}
}

func TestArchiveFaults(t *testing.T) {
	t.Parallel()
	const whole = "endpoint: s3:9000, bucket: b, access_key: a, secret_key: s"
	for yaml, want := range map[string]string{
		"archive: {part_size: 1MiB}":          "archive.part_size",
		"archive: {part_size: 5}":             "is no size",
		"archive: {retention: {field: 0}}":    "archive.retention.field",
		"archive: {retention: {field: many}}": "is no whole number",
		"archive: {retention: {moon: 3}}":     `unknown key "moon"`,
		"archive: {prefix: ../other}":         "archive.prefix",
		"archive: {endpoint: \"http://key:geheim@s3\", bucket: b, access_key: a, secret_key: s}": "not in the endpoint",
		"archive: {endpoint: \"https://s3/bucket\", bucket: b, access_key: a, secret_key: s}":    "without a path",
		"archive: {endpoint: \"ftp://s3\", bucket: b, access_key: a, secret_key: s}":             "http://host:port",
		"recording: {keep_days: 0}": "recording.keep_days",
		"recording: {low_mark: 90}": "recording.low_mark",
	} {
		c, err := configs.Parse([]byte(yaml), nil)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v, %v", yaml, c, err)
		}
	}
	if _, err := configs.Parse([]byte("archive: {"+whole+"}"), nil); err != nil {
		t.Error(err)
	}
}
