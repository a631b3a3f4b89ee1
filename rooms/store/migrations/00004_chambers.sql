-- The rooms of hearings.

-- +goose Up

-- What goes on in the room of a hearing: who waits, who is in, who may speak.
CREATE TABLE chambers (
    hearing TEXT PRIMARY KEY REFERENCES hearings (id),
    version BIGINT NOT NULL,
    data    TEXT NOT NULL
);

-- +goose Down
DROP TABLE chambers;
