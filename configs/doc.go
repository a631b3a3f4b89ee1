// Package configs is the shape of avhub.yaml: typed, with defaults, and checked
// so that every error names the key, the line and the way out.
//
//	cfg, err := configs.Load("avhub.yaml", os.Environ())
//
// Every key can be given as an environment variable too, AVHUB_SECTION_KEY,
// which goes before the file. Secrets may be written as ${NAME} (environment)
// or file:/path; they are never printed ([Secret], [URL]).
//
// What the API adds at run time is kept beside it, see [SourceStore].
package configs
