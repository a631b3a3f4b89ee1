package configs_test

import (
	"slices"
	"testing"

	"avhub/configs"
)

func TestUnusedNamesWhatHasNoEffect(t *testing.T) {
	t.Parallel()
	if got := configs.Default().Unused(); len(got) != 0 {
		t.Errorf("defaults: %v", got)
	}
	c := parse(t, `
http: {tls: {cert: a, key: b}, listen: ":80"}
recording: {segment: 30s}
archive: {endpoint: "s3:9000", bucket: b, access_key: a, secret_key: s}
cluster: {redis: "redis://10.0.0.3:6379"}
transcription: {engine: vosk}
sources: [{id: a}, {id: b, record: always}]
`)
	want := []string{"cluster.redis", "transcription.engine"}
	if got := c.Unused(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
