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
transcription: {engine: vosk}
sources: [{id: a}, {id: b, record: always}]
`)
	want := []string{"http.tls", "recording.segment", "transcription.engine", "sources[1].record (b)"}
	if got := c.Unused(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
