-- Recordings by join links.

-- +goose Up

-- Whoever comes by the link may play back the hearing's recordings.
ALTER TABLE links ADD COLUMN play_back BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE links DROP COLUMN play_back;
