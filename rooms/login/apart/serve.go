package apart

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"avhub/rooms/login"
)

// request asks for a key.
type request struct {
	Cost     login.Cost
	Password []byte
	Salt     []byte
	Size     int
}

// answer is the key, or why there is none.
type answer struct {
	Key   []byte `json:",omitempty"`
	Error string `json:",omitempty"`
}

// Serve answers requests until in ends.
func Serve(in io.Reader, out io.Writer) error {
	requests, answers := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var r request
		if err := requests.Decode(&r); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("reading a request: %w", err)
		}
		var a answer
		var err error
		if a.Key, err = derive(r); err != nil {
			a.Error = err.Error()
		}
		if err := answers.Encode(a); err != nil {
			return fmt.Errorf("writing an answer: %w", err)
		}
	}
}

// derive does the work, within the bounds of what is kept of a password.
func derive(r request) ([]byte, error) {
	if r.Size < 1 || r.Size > 64 || len(r.Salt) > 64 || len(r.Password) > login.MaxPassword {
		return nil, errors.New("the request is out of bounds")
	}
	return login.DeriveHere(r.Cost, string(r.Password), r.Salt, r.Size)
}
