// Command avhub is a court's audio/video hub: cameras come in by RTSP,
// browsers watch by WebRTC. See avhub -h and each command's -h.
//
// Exit codes: 0 good, 1 failed, 2 wrong use.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitGood     = 0
	exitFailed   = 1
	exitWrongUse = 2
)

// commands are all there are; each has a file of its own.
type commands struct {
	Serve   serveCmd         `cmd:"" help:"Run the hub. Example: avhub serve -c /etc/avhub/avhub.yaml"`
	Camera  cameraCmd        `cmd:"" help:"Play clips in a loop as RTSP cameras, for trying and testing. Example: avhub camera yard=clip.mp4"`
	Doctor  doctorCmd        `cmd:"" help:"Check what the hub needs, and say what to do. Example: avhub doctor -c avhub.yaml"`
	User    userCmd          `cmd:"" help:"Accounts: add, set a password, list."`
	Token   tokenCmd         `cmd:"" help:"API tokens for programs, players and encoders."`
	Verify  verifyCmd        `cmd:"" help:"Check recordings, case files and audit logs offline, with nothing but their files and the public key. Exit code 0: whole, 1: not whole, 2: could not be read. Example: avhub verify data/recordings/court-1/2026-03-02 --key ledger.pub"`
	Archive archiveCmd       `cmd:"" help:"The archive: what waits for it; bring a recording or a case back."`
	Backup  backupCmd        `cmd:"" help:"Write database, audit, keys and sources into one file, while the hub runs. Example: avhub backup /safe/avhub-2026-03-02.tar.gz"`
	Restore restoreCmd       `cmd:"" help:"Bring a backup back, while the hub does not run. Example: avhub restore /safe/avhub-2026-03-02.tar.gz"`
	Config  configCmd        `cmd:"" help:"Print a sample configuration, or the reference of all keys. Example: avhub config sample > avhub.yaml"`
	Version versionCmd       `cmd:"" help:"Print version, commit and Go. Example: avhub version"`
	Hashing hashPasswordsCmd `cmd:"" name:"hash-passwords" hidden:"" help:"Hash passwords for the hub that starts this (see rooms/login/apart)."`
	OpenAPI openAPICmd       `cmd:"" name:"openapi" hidden:"" help:"Print the API's description (OpenAPI 3.1)."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program without its process: arguments in, exit code out.
func run(ctx context.Context, args []string, stdout, stderr *os.File) int {
	var cli commands
	exited := -1
	parser, err := kong.New(&cli,
		kong.Name("avhub"),
		kong.Description("The court's audio/video hub: cameras in, browsers out, everything on record."),
		kong.UsageOnError(),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(newLog(stderr, "info", "text"), &output{stdout, stderr}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "avhub:", err)
		return exitFailed
	}
	command, err := parser.Parse(args)
	if exited >= 0 { // -h has been answered
		return exited
	}
	if err != nil {
		parser.Errorf("%s", err)
		fmt.Fprintln(stderr, "try: avhub -h")
		return exitWrongUse
	}
	err = command.Run()
	if err == nil {
		return exitGood
	}
	var quiet *quietError
	if !errors.As(err, &quiet) {
		fmt.Fprintln(stderr, "avhub:", err)
	}
	var exit *exitError
	if errors.As(err, &exit) {
		return exit.code
	}
	return exitFailed
}

// exitError is an error with an exit code of its own.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// output is where a command prints.
type output struct{ out, err *os.File }

// quietError fails the command without a further word: it has said all.
type quietError struct{}

func (*quietError) Error() string { return "failed" }

func newLog(w *os.File, level, format string) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level)) // checked by configs; info if not
	options := &slog.HandlerOptions{Level: l, ReplaceAttr: maskSecrets}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
