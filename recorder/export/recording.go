package export

import (
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// recording is one that is exported.
type recording struct {
	dir  string
	rec  *manifest.Recording
	seal *manifest.SealFile
	head []byte // head.json, read before the manifest: it is never of an entry that is not exported
}

func readRecording(dir string) (*recording, error) {
	head, err := os.ReadFile(filepath.Join(dir, headName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	rec, err := manifest.Read(dir)
	if err != nil {
		return nil, err
	}
	if rec.Seal == nil {
		return nil, ErrOpen
	}
	seal, err := manifest.ReadSealFile(dir)
	if errors.Is(err, fs.ErrNotExist) { // a crash right after sealing, or it was taken away
		return nil, fmt.Errorf("its seal.json is missing: start the hub once, which writes it, or run avhub verify (%w)", err)
	}
	return &recording{dir, rec, seal, head}, err
}

// segmentEntry is a segment's file as it lies on disk. ok is false where it is missing:
// page and verification say so.
func segmentEntry(file string, end *manifest.SegmentEnd) (e Entry, ok bool, err error) {
	st, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return Entry{}, false, nil
	}
	if err != nil {
		return Entry{}, false, err
	}
	if st.Size() >= end.Size {
		if raw, err := hex.DecodeString(end.CRC32); err == nil && len(raw) == 4 {
			crc := uint32(raw[0])<<24 | uint32(raw[1])<<16 | uint32(raw[2])<<8 | uint32(raw[3])
			return Entry{Path: file, Size: end.Size, CRC: crc}, true, nil
		}
	}
	size := min(st.Size(), end.Size)
	crc, err := checksum(file, size)
	return Entry{Path: file, Size: size, CRC: crc}, err == nil, err
}

// checksum is the CRC-32 of the first bytes of a file.
func checksum(file string, size int64) (uint32, error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // it was only read
	h := crc32.NewIEEE()
	if n, err := io.Copy(h, io.NewSectionReader(f, 0, size)); err != nil || n < size {
		return 0, fmt.Errorf("%s: %w", filepath.Base(file), errors.Join(err, ErrChanged))
	}
	return h.Sum32(), nil
}

const (
	headName = "head.json"
	keyFile  = "ledger.pub"
	sm2File  = "ledger-sm2.pub" // where heads are signed by SM2 too
	maxSmall = 8 << 20          // of seal.json, head.json and the key
)

// smallEntries are the manifest and what belongs to it. Annexes may be added while it is
// read: its whole lines as they are now are what is exported.
func smallEntries(r *recording, folder string) ([]Entry, error) {
	names, err := os.ReadDir(r.dir)
	if err != nil {
		return nil, err
	}
	at := r.rec.Seal.Ended
	var entries []Entry
	if r.head != nil {
		entries = append(entries, Entry{Name: path.Join(folder, headName), Data: r.head, Time: at})
	}
	for _, n := range names {
		file := filepath.Join(r.dir, n.Name())
		e := Entry{Name: path.Join(folder, n.Name()), Time: at}
		switch name := n.Name(); {
		case !n.Type().IsRegular():
			continue
		case strings.HasPrefix(name, "manifest") && strings.HasSuffix(name, ".jsonl"):
			e.Path = file
			if e.Size, err = wholeLines(file); err == nil {
				e.CRC, err = checksum(file, e.Size)
			}
		case name == manifest.SealFileName, name == keyFile, name == sm2File:
			e.Data, err = readSmall(file)
		default:
			continue
		}
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// wholeLines is how many bytes of a file are whole lines.
func wholeLines(file string) (int64, error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return ledger.WholeLines(f)
}

func readSmall(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	raw, err := io.ReadAll(io.LimitReader(f, maxSmall+1))
	if err == nil && len(raw) > maxSmall {
		err = fmt.Errorf("%s: longer than %d bytes", filepath.Base(file), maxSmall)
	}
	return raw, err
}

// playlist lets a player show the recording's files one after the other. It lies beside
// the recording's folder, to which nothing else belongs than what the hub has signed.
func playlist(folder string, l listing) Entry {
	var b strings.Builder
	b.WriteString("#EXTM3U\n")
	for _, s := range l.Segments {
		if !s.Out {
			fmt.Fprintf(&b, "#EXTINF:%.3f,%s\n%s\n", s.End-s.Start, strings.Join(strings.Fields(l.Name+" "+s.File), " "), path.Base(folder)+"/"+s.File)
		}
	}
	return Entry{Name: folder + ".m3u8", Data: []byte(b.String()), Time: l.ended}
}
