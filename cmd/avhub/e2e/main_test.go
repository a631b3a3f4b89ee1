package e2e

import (
	"os"
	"testing"

	"avhub/rooms/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
