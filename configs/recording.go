package configs

import (
	"path/filepath"
	"time"
)

// Recording is how recordings are written, and how long they stay on this machine.
type Recording struct {
	Dir      string        `yaml:"dir" en:"where recordings go; empty: data_dir/recordings" zh:"录像目录；为空时为 data_dir/recordings"`
	Segment  time.Duration `yaml:"segment" en:"length of one file, 5s to 10m" zh:"单个文件时长，5s 至 10m"`
	Part     time.Duration `yaml:"part" en:"the most that a power cut can cost, 100ms to 5s" zh:"断电时最多丢失的时长，100ms 至 5s"`
	Sync     string        `yaml:"sync" one:"part segment never" en:"when data is forced onto the disk" zh:"何时强制写盘"`
	KeepDays int           `yaml:"keep_days" en:"days that recordings stay on this machine at least, 1 to 36500; after that the archived ones may go, oldest first, where room is needed and no hold is on them" zh:"录像在本机至少保留的天数，1 至 36500；到期后，已归档且未被留存的录像在空间不足时由旧到新清理"`
	LowMark  int           `yaml:"low_mark" en:"percent of the disk that is to stay free, 1 to 50: below it room is made" zh:"磁盘应保持的空闲百分比，1 至 50；低于此值时开始清理"`
	TSA      TSA           `yaml:"tsa" en:"time-stamping authority (RFC 3161) that confirms when a recording was there" zh:"可信时间戳服务（RFC 3161），证明录像在何时已经存在"`
}

// TSA is a time-stamping authority.
type TSA struct {
	URL      URL    `yaml:"url" en:"its address; empty: recordings are not stamped. It sees a hash and nothing else" zh:"服务地址；为空时不加盖时间戳。对方只能看到摘要"`
	CA       string `yaml:"ca" en:"PEM file with the authority that its certificate is by; empty: what it signs with is kept, and verify judges" zh:"签发其证书的 CA 文件（PEM）；为空时先行保存，由校验时判断"`
	Segments bool   `yaml:"segments" en:"stamp while recording too, over the head of each segment that ends" zh:"录制过程中每个文件结束时也加盖时间戳"`
}

// RecordingDir is the folder that recordings are in.
func (c *Config) RecordingDir() string {
	if c.Recording.Dir != "" {
		return c.Recording.Dir
	}
	return filepath.Join(c.DataDir, "recordings")
}

func (r Recording) check(f *faults) {
	checkRange(r.Segment, 5*time.Second, 10*time.Minute, "recording.segment", f)
	checkRange(r.Part, 100*time.Millisecond, 5*time.Second, "recording.part", f)
	if r.Part > r.Segment {
		f.add("recording.part", "%v is longer than a segment of %v", r.Part, r.Segment)
	}
	checkURL(r.TSA.URL, "recording.tsa.url", f, "http", "https")
	checkNumber(r.KeepDays, 1, maxDays, "recording.keep_days", f)
	checkNumber(r.LowMark, 1, 50, "recording.low_mark", f)
}

// maxDays is a hundred years.
const maxDays = 36500

func checkNumber(n, least, most int, path string, f *faults) {
	if n < least || n > most {
		f.add(path, "%d is out of range: use %d to %d", n, least, most)
	}
}
