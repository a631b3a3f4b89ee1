package manifest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"avhub/recorder/ledger"
)

// SealFormat stands in seal.json.
const SealFormat = "avhub-seal/1"

// SealFileName is the name of the file that a sealed recording has.
const SealFileName = "seal.json"

// SealFile is seal.json: the seal once more, with the signed head over it, for
// whoever keeps it elsewhere or prints it. Value is the integrity check value
// 完整性校验值 of the whole recording.
type SealFile struct {
	Format    string            `json:"format"`
	Recording string            `json:"recording"`
	Source    string            `json:"source"`
	Set       string            `json:"set,omitempty"`
	Labels    map[string]string `json:"labels,omitempty"`
	Value     string            `json:"value"`               // Head.Hash
	ValueSM3  string            `json:"value_sm3,omitempty"` // Head.HashSM3
	Seal      Seal              `json:"seal"`
	Head      ledger.Head       `json:"head"` // over the entry after the seal, which signs it
}

// Marshal is seal.json as it is written.
func (s *SealFile) Marshal() ([]byte, error) {
	raw, err := json.MarshalIndent(s, "", "  ")
	return append(raw, '\n'), err
}

// ReadSealFile reads seal.json of a recording's folder.
func ReadSealFile(dir string) (*SealFile, error) {
	raw, err := os.ReadFile(filepath.Join(dir, SealFileName))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	var s SealFile
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if s.Format != SealFormat {
		return nil, fmt.Errorf("seal: its format is %q, this program knows %s", s.Format, SealFormat)
	}
	return &s, nil
}
