package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"avhub/configs"
	"avhub/rooms"
	"avhub/rooms/store"
	"avhub/rooms/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func TestDoctorLooksAtTheDatabase(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			cfg := configs.Default()
			cfg.DataDir = t.TempDir()
			if kind == "postgres" {
				cfg.Database.URL = configs.URL(pgtest.Database(t))
			}
			look := func(level level, words string) {
				t.Helper()
				all := testDoctor(t).examineDatabase(t.Context(), cfg)
				for _, f := range all {
					if f.Level == level && strings.Contains(f.Text, words) {
						return
					}
				}
				t.Errorf("no %s with %q in %+v", level, words, all)
			}
			change := func(f func(*store.Tx) error) {
				t.Helper()
				s, err := store.Open(t.Context(), cfg.DataDir, cfg.Database.URL.Reveal())
				if err == nil {
					err = errors.Join(s.Change(t.Context(), f), s.Close())
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if kind == "sqlite" {
				look(fine, "will be made")
				if left, _ := os.ReadDir(cfg.DataDir); len(left) > 0 {
					t.Errorf("the doctor made %v", left)
				}
			} else {
				look(fine, "is empty")
			}
			change(func(*store.Tx) error { return nil })
			look(fine, fmt.Sprintf("answers, schema %d", store.Schema()))
			look(warns, "there are none yet")
			change(func(tx *store.Tx) error { return tx.PutCourt(rooms.Court{ID: "heihe", Name: "黑河"}) })
			cfg.OIDC.Roles = []configs.OIDCRole{{Value: "x", Role: "judge", Court: "atlantis"}}
			look(warns, "there is no court atlantis")
		})
	}
	cfg := configs.Default()
	cfg.DataDir = t.TempDir()
	cfg.Database.URL = "postgres://hub:geheim@127.0.0.1:1/court"
	all := testDoctor(t).examineDatabase(t.Context(), cfg)
	if all.good() || strings.Contains(fmt.Sprint(all), "geheim") {
		t.Errorf("%+v", all)
	}
	cfg.Database.URL = ""
	if err := os.WriteFile(filepath.Join(cfg.DataDir, store.FileName), []byte("this is no database, whatever its name"), 0o600); err != nil {
		t.Fatal(err)
	}
	if all := testDoctor(t).examineDatabase(t.Context(), cfg); all.good() {
		t.Errorf("%+v", all)
	}
	for address, want := range map[string]int{
		"postgres://h@10.0.0.7/c": 1, "postgres://h@10.0.0.7/c?sslmode=prefer": 1, "postgres://h@10.0.0.7/c?sslmode=verify-full": 0,
		"postgres://h@127.0.0.1/c": 0, "postgres://h@/c?host=/run/postgresql": 0,
	} {
		if got := examineWayToDatabase(address); len(got) != want {
			t.Errorf("%s: %+v", address, got)
		}
	}
}

func TestDoctorAsksTheIdentityProvider(t *testing.T) {
	t.Parallel()
	var idp *httptest.Server
	idp = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":"%[1]s/a","token_endpoint":"%[1]s/t","jwks_uri":"%[1]s/k"}`, idp.URL)
	}))
	defer idp.Close()
	cfg := configs.Default()
	if all := examineProvider(t.Context(), cfg); len(all) != 0 {
		t.Errorf("without one: %+v", all)
	}
	cfg.OIDC.Issuer, cfg.OIDC.ClientID = idp.URL, "avhub"
	if all := examineProvider(t.Context(), cfg); !all.good() || len(all) != 1 {
		t.Errorf("%+v", all)
	}
	cfg.OIDC.Issuer = "http://127.0.0.1:1"
	if all := examineProvider(t.Context(), cfg); all.good() {
		t.Errorf("%+v", all)
	}
}
