package stamp

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"time"

	"github.com/digitorus/timestamp"
)

// authority is a time-stamping authority as it is reached (RFC 3161 section 3.4).
type authority struct {
	url    string
	roots  *x509.CertPool
	client *http.Client
}

// askLimit is how long an answer may take.
const askLimit = 30 * time.Second

// ask has a SHA-256 stamped, and returns a token that was checked.
func (a *authority) ask(ctx context.Context, digest []byte) (token []byte, info Info, err error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, info, err
	}
	query, err := (&timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: digest, Certificates: true, Nonce: nonce}).Marshal()
	if err != nil {
		return nil, info, err
	}
	answer, err := a.post(ctx, query)
	if err != nil {
		return nil, info, err
	}
	defer func() { // the parser trusts lengths
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: the answer is malformed: %v", ErrToken, p)
		}
	}()
	t, err := parseAnswer(answer)
	if err != nil {
		return nil, info, fmt.Errorf("the time-stamping authority answers: %w", err)
	}
	if t.Nonce == nil || t.Nonce.Cmp(nonce) != 0 {
		return nil, info, fmt.Errorf("%w: it is an answer to another question", ErrToken)
	}
	info, err = Check(t.RawToken, digest, a.roots)
	return t.RawToken, info, err
}

func parseAnswer(answer []byte) (*timestamp.Timestamp, error) {
	parsing.Lock()
	defer parsing.Unlock()
	return timestamp.ParseResponse(answer)
}

func (a *authority) post(ctx context.Context, query []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url, bytes.NewReader(query))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/timestamp-query")
	r.Header.Set("Accept", "application/timestamp-reply")
	resp, err := a.client.Do(r)
	if failed := (*url.Error)(nil); errors.As(err, &failed) {
		err = failed.Err // the address is not told: a key may stand in it
	}
	if err != nil {
		return nil, fmt.Errorf("the time-stamping authority does not answer: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxToken+4096))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the time-stamping authority's answer broke off: %w", err)
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the time-stamping authority answers %s", resp.Status)
	case len(body) > maxToken:
		return nil, errors.New("the time-stamping authority's answer is too long")
	}
	return body, nil
}

// Try has a stamp made for nothing, to see whether the authority answers as it should.
func Try(ctx context.Context, url string, roots *x509.CertPool) (Info, error) {
	digest := make([]byte, 32)
	_, _ = rand.Read(digest) // never fails
	_, info, err := (&authority{url, roots, &http.Client{}}).ask(ctx, digest)
	return info, err
}
