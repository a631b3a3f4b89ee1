# make run    builds all and starts the demo hub on http://127.0.0.1:8080
# make test   installs what the tests need and runs all of them
# make check  the quick part: lint and unit tests
# The other targets are parts of these; make help lists them.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
.NOTPARALLEL:
.DELETE_ON_ERROR:

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  := $(shell git rev-parse HEAD 2>/dev/null)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)

# Everything but the tests that start whole hubs.
PACKAGES = $$(go list ./... | grep -vE '/cmd/avhub/e2e(/|$$)')

# What the pages are made of: a build follows when one of these has changed.
WEB := $(shell find web -type d \( -name node_modules -o -name dist -o -name e2e -o -name test-results \) -prune \
	-o -type f ! -name '*.go' ! -name '*.tsbuildinfo' -print)

.PHONY: help run build web lint unit race integration browser bench endurance check test setup-run setup-test go-build fuzz fresh clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | sort | expand -t 16

run: setup-run build ## build all and start the demo hub
	bin/avhub serve --demo

build: web go-build ## pages and binary, to bin/avhub

# The commit comes by -ldflags, so that a checkout that git distrusts builds too.
go-build:
	CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags '$(LDFLAGS)' -o bin/avhub ./cmd/avhub

web: web/dist/index.html ## the pages, if something of them has changed

# npm writes this file last. Its warnings are of packages that ask for a newer
# Node than 20: the tests run on 20.
web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error
	touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(WEB)
	cd web && npm run build
	touch web/dist/.gitkeep $@

setup-run:
	scripts/setup-run.sh

setup-test: ## install what the tests need
	scripts/setup-test.sh

lint: web/node_modules/.package-lock.json ## gofmt, go vet, staticcheck, ESLint, vue-tsc
	@unformatted=$$(git ls-files -co --exclude-standard '*.go' | xargs -r gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "gofmt -w is needed on:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...
	cd web && npm run lint

unit: web/node_modules/.package-lock.json ## unit tests of Go and of the pages
	go test $(PACKAGES)
	cd web && npm test

race: ## unit tests of Go with the race detector
	CGO_ENABLED=1 go test -race $(PACKAGES)

integration: build ## hours of recording in fake time; whole hubs with real cameras and players
	go test -count=1 ./recorder -run '^TestHours$$' -hours 6h
	go test -count=1 ./recorder/verify -run '^TestALongManifest$$' -lines 1000000
	go test -count=1 ./cmd/avhub/e2e/...

browser: build ## the pages in Chromium
	cd web && npm run e2e

bench: setup-run build ## speed and memory, one table, each figure beside a reference of the same run
	go run ./cmd/avhub/bench

# A day of recording in fake time, ten minutes of it with real cameras, 100 kills of the
# recorder and 100 of the hub: about half an hour.
endurance: build ## what takes too long for make test: hours of recording, 100 kills, four browsers in one room
	go test -count=1 -timeout 60m ./recorder -run '^(TestHours|TestKilledAgainAndAgain)$$' -v -hours 24h -kills 100
	go test -count=1 -timeout 60m ./cmd/avhub/e2e -parallel 1 -run '^(TestFramesInAreFramesOut|TestRecordingThroughKills)$$' -v -endurance 10m -recording-kills 100
	cd web && LONG=1 npm run e2e

check: lint unit ## the quick part, under two minutes

test: setup-test lint race ## everything
	cd web && npm test
	$(MAKE) --no-print-directory integration browser
	@echo "make test: all passed"

fuzz: ## every parser of outside bytes, 10 s each; scripts/fuzz.sh 1h: for longer
	scripts/fuzz.sh

fresh: ## make run as a stranger runs it: a new clone, empty home and caches (scripts/fresh.sh test: make test)
	scripts/fresh.sh run

clean: ## remove what was built
	rm -rf bin coverage web/node_modules
	find web/dist -mindepth 1 ! -name .gitkeep -delete
