package signaling

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"avhub/recorder/certificate"
	"avhub/recorder/export"
	"avhub/recorder/manifest"
	"avhub/recorder/playback"
	"avhub/signaling/record"
)

// certificates are those of what is exported, one for each hearing, and one for each
// recording of none. Of what is damaged there is none: the files say so themselves.
func (s *Server) certificates(ctx context.Context, l *playback.Library, found []playback.Summary) ([]export.Entry, error) {
	var keys []string
	groups := map[string][]playback.Summary{}
	for _, r := range found {
		key := r.Labels[record.LabelHearing]
		if key == "" {
			key = "recording " + r.ID
		}
		if groups[key] == nil {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], r)
	}
	var sheets []export.Entry
	for i, key := range keys {
		facts, err := s.certified(ctx, l, groups[key])
		var pdf bytes.Buffer
		if err == nil {
			err = certificate.Write(&pdf, facts)
		}
		switch {
		case errors.Is(err, certificate.ErrOpen), errors.Is(err, certificate.ErrFacts), errors.Is(err, manifest.ErrNotWhole):
			continue
		case err != nil:
			return nil, certificateProblem(err)
		}
		e := export.Entry{Name: "certificate.pdf", Data: pdf.Bytes(), Time: groups[key][0].End()}
		if len(keys) > 1 {
			e.Name = fmt.Sprintf("certificate-%d.pdf", i+1)
		}
		sheets = append(sheets, e)
	}
	return sheets, nil
}
