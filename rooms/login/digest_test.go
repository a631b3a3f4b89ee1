package login

import (
	"errors"
	"strings"
	"testing"
)

// The example of RFC 2069 section 2.4, with the response as corrected by its
// erratum 749.
const rfcHeader = `Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", response="1949323746fe6a43ef61f9606e7febea", opaque="5ccc069c403ebaf9f0171e9517f40e41"`

func TestTheDigestOfRFC2069(t *testing.T) {
	t.Parallel()
	d, err := ParseDigest(rfcHeader)
	if err != nil {
		t.Fatal(err)
	}
	ha1 := RTSPDigestHA1(d.Username, d.Realm, "CircleOfLife")
	if !VerifyDigest(ha1, "GET", d.URI, d.Nonce, d.Response) {
		t.Error("does not fit")
	}
	if !VerifyDigest(ha1, "GET", d.URI, d.Nonce, strings.ToUpper(d.Response)) {
		t.Error("does not fit in capitals")
	}
	for what, fits := range map[string]bool{
		"another token":    VerifyDigest(RTSPDigestHA1(d.Username, d.Realm, "circleoflife"), "GET", d.URI, d.Nonce, d.Response),
		"another realm":    VerifyDigest(RTSPDigestHA1(d.Username, "avhub", "CircleOfLife"), "GET", d.URI, d.Nonce, d.Response),
		"another method":   VerifyDigest(ha1, "PLAY", d.URI, d.Nonce, d.Response),
		"another address":  VerifyDigest(ha1, "GET", "/", d.Nonce, d.Response),
		"another nonce":    VerifyDigest(ha1, "GET", d.URI, "", d.Response),
		"no response":      VerifyDigest(ha1, "GET", d.URI, d.Nonce, ""),
		"nothing kept":     VerifyDigest("", "GET", d.URI, d.Nonce, md5Hex(":"+d.Nonce+":"+md5Hex("GET:"+d.URI))),
		"half of response": VerifyDigest(ha1, "GET", d.URI, d.Nonce, d.Response[:16]),
	} {
		if fits {
			t.Errorf("%s fits", what)
		}
	}
}

func TestDigestsAsPlayersWriteThem(t *testing.T) {
	t.Parallel()
	want := Digest{"li", "avhub", "0a1b", "rtsp://hub:8554/court-1", "00ff"}
	for name, header := range map[string]string{
		"ffmpeg":             `Digest username="li", realm="avhub", nonce="0a1b", uri="rtsp://hub:8554/court-1", response="00ff"`,
		"no spaces":          `Digest username="li",realm="avhub",nonce="0a1b",uri="rtsp://hub:8554/court-1",response="00ff"`,
		"without quotes":     `Digest username=li, realm=avhub, nonce=0a1b, uri=rtsp://hub:8554/court-1, response=00ff`,
		"with algorithm":     `Digest username="li", realm="avhub", algorithm=MD5, nonce="0a1b", uri="rtsp://hub:8554/court-1", response="00ff"`,
		"algorithm in quote": `Digest algorithm="MD5", username="li", realm="avhub", nonce="0a1b", uri="rtsp://hub:8554/court-1", response="00ff"`,
		"small letters":      `digest USERNAME="li", Realm="avhub", nonce="0a1b", uri="rtsp://hub:8554/court-1", response="00ff"`,
		"more spaces":        ` Digest   username = "li" ,  realm="avhub" ,nonce="0a1b",	uri="rtsp://hub:8554/court-1",, response="00ff", `,
		"escaped":            `Digest username="l\i", realm="avhub", nonce="0a1b", uri="rtsp://hub:8554/court-1", response="00ff"`,
		"what is not known":  `Digest username="li", realm="avhub", nonce="0a1b", uri="rtsp://hub:8554/court-1", response="00ff", stale=FALSE, x="a, b=\"c\""`,
	} {
		if got, err := ParseDigest(header); err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestHeadersThatAreNoDigest(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]string{
		"empty":             "",
		"basic":             "Basic bGk6c2VjcmV0",
		"bearer":            "Bearer avt_x",
		"nothing in it":     "Digest",
		"no response":       strings.Replace(rfcHeader, "response", "answer", 1),
		"an empty user":     strings.Replace(rfcHeader, "Mufasa", "", 1),
		"twice the user":    rfcHeader + `, username="Scar"`,
		"quote not closed":  rfcHeader[:len(rfcHeader)-1],
		"a lone escape":     `Digest username="Mufasa\`,
		"SHA-256":           rfcHeader + ", algorithm=SHA-256",
		"MD5-sess":          rfcHeader + ", algorithm=MD5-sess",
		"qop":               rfcHeader + `, qop=auth, nc=00000001, cnonce="0a4f113b"`,
		"no value":          rfcHeader + ", stale",
		"far too long":      rfcHeader + `, x="` + strings.Repeat("x", maxDigest) + `"`,
		"parameters, great": "Digest " + strings.Repeat("a=b,", 100_000),
	} {
		if d, err := ParseDigest(header); !errors.Is(err, ErrDigest) {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}
