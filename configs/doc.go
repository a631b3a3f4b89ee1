// Package configs is the shape of avhub.yaml: what can be set, what holds when
// nothing is, and every check with an error that says what to do.
//
//	cfg, err := configs.Load("avhub.yaml", os.Environ())
//	if err != nil {
//		return err // all that is wrong at once, each with its line
//	}
//	listener, err := net.Listen("tcp", cfg.Bind().HTTP)
//
// Invariants: a [Config] that Load returned has passed every check; passwords
// live in [Secret] and [URL] only, which print as *** wherever they end up, and
// no error quotes a value of theirs; an unknown key or AVHUB_ variable is an
// error. The package imports nothing of the hub's other parts.
//
// Sources that people add in the browser are kept apart, by [SourceStore].
package configs

//go:generate go test . -run ^TestReferenceIsCurrent$ -update
