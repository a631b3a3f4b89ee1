package rtsp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"

	"avhub/media"
)

// Error says why a camera could not be read or why it ended. Its text never
// holds credentials, nor the path, which often does.
type Error struct {
	Cause media.Cause
	// Live tells that the session had been delivering before it ended.
	Live bool
	// Picture tells that it had given a picture.
	Picture bool
	// SoundOnly tells that it was ended for want of a picture while sound came.
	SoundOnly bool
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("rtsp: %s: %s", e.Cause.Code, e.Cause.Detail) }

func newError(code media.CauseCode, format string, args ...any) *Error {
	return &Error{Cause: media.Cause{Code: code, Detail: fmt.Sprintf(format, args...)}}
}

// explain puts a failure on the way to the camera at host into a code and a
// sentence. It never quotes the failure's own text, which may hold the URL.
func explain(err error, host string) *Error {
	var own *Error
	var bad liberrors.ErrClientBadStatusCode
	switch {
	case err == nil:
		err = io.EOF
	case errors.As(err, &own):
		return own
	case errors.As(err, &bad):
		return explainStatus(int(bad.Code), host)
	case isTLS(err):
		return newError(media.CauseTLS, "the TLS handshake with %s failed%s: install a certificate the hub trusts, allow insecure TLS for this source, or use rtsp://", host, tlsReason(err))
	}
	if e := explainNetwork(err, host); e != nil {
		return e
	}
	if e := explainProtocol(err, host); e != nil {
		return e
	}
	return newError(media.CauseProtocol, "%s answers in a way that is not RTSP: check that address and port are the camera's RTSP service", host)
}

func explainNetwork(err error, host string) *Error {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		return newError(media.CauseUnreachable, "the name in %s is not known: check the address, or the name server", host)
	case errors.Is(err, syscall.ECONNREFUSED):
		return newError(media.CauseRefused, "nothing listens at %s: check the port, and that RTSP is switched on in the camera", host)
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.EINVAL):
		return newError(media.CauseUnreachable, "there is no way to %s: check the address, the network cable and the route", host)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT), errors.As(err, &timeout) && timeout.Timeout(),
		is[liberrors.ErrClientRequestTimedOut](err):
		return newError(media.CauseTimeout, "%s does not answer in time: check that the camera is on and that a firewall does not drop its port", host)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE),
		errors.Is(err, net.ErrClosed):
		return newError(media.CauseClosed, "%s closed the connection: the camera restarted or has too many viewers", host)
	}
	return nil
}

func explainProtocol(err error, host string) *Error {
	switch {
	case is[liberrors.ErrClientTCPTimeout](err), is[liberrors.ErrClientUDPTimeout](err):
		return newError(media.CauseTimeout, "%s has stopped sending: check the camera and the network", host)
	case is[liberrors.ErrClientServerRequestedTCP](err):
		return newError(media.CauseUnsupported, "%s does not send by UDP: set the transport of this source to tcp or auto", host)
	case is[liberrors.ErrClientServerRequestedUDP](err), is[liberrors.ErrClientTransportHeaderNoInterleavedIDs](err):
		return newError(media.CauseUnsupported, "%s does not send by TCP: set the transport of this source to udp or auto", host)
	case is[liberrors.ErrClientAuthSetup](err):
		return newError(media.CauseUnauthorized, "%s asks for a kind of log-in that is not known: set the camera to digest authentication", host)
	case is[liberrors.ErrClientTransportHeaderInvalidDelivery](err), is[liberrors.ErrClientTransportHeaderNoPorts](err),
		is[liberrors.ErrClientTransportHeaderNoDestination](err):
		return newError(media.CauseUnsupported, "%s does not send by the transport that is set: set the transport of this source to auto", host)
	}
	return nil
}

func explainStatus(code int, host string) *Error {
	switch code {
	case 401, 403, 407, 470, 471:
		return newError(media.CauseUnauthorized, "%s refuses user name or password (%d): check both in the address of this source", host, code)
	case 404, 410:
		return newError(media.CauseNotFound, "%s does not know the path (%d): check the part of the address after the host", host, code)
	case 406, 415, 461, 505, 551:
		return newError(media.CauseUnsupported, "%s refuses the transport (%d %s): set the transport of this source to auto", host, code, base.StatusMessages[base.StatusCode(code)])
	case 453, 503:
		return newError(media.CauseProtocol, "%s has no room for another viewer (%d): close other connections to the camera or raise its limit", host, code)
	}
	return newError(media.CauseProtocol, "%s answers with an error (%d %s): restart the camera, or check the path in its address", host, code, base.StatusMessages[base.StatusCode(code)])
}

func is[T error](err error) bool {
	var t T
	return errors.As(err, &t)
}

func isTLS(err error) bool {
	return is[tls.RecordHeaderError](err) || is[*tls.CertificateVerificationError](err) || is[tls.AlertError](err) ||
		is[x509.UnknownAuthorityError](err) || is[x509.HostnameError](err) || is[x509.CertificateInvalidError](err) ||
		strings.Contains(err.Error(), "tls: ")
}

func tlsReason(err error) string {
	switch {
	case is[tls.RecordHeaderError](err):
		return " (no TLS is spoken there)"
	case is[x509.UnknownAuthorityError](err):
		return " (its certificate is not signed by a known authority)"
	case is[x509.HostnameError](err):
		return " (its certificate is for another name)"
	case is[x509.CertificateInvalidError](err):
		return " (its certificate is not valid now)"
	}
	return ""
}
