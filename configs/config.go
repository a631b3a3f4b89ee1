package configs

import (
	_ "embed"
	"time"
)

// Sample is the annotated avhub.sample.yaml: it holds every key with its default.
//
//go:embed avhub.sample.yaml
var Sample []byte

// Config is avhub.yaml. The tags: one lists the words that a setting takes, en
// and zh are its lines in the reference, docs/configuration.md.
type Config struct {
	DataDir       string        `yaml:"data_dir" en:"where the hub keeps what it must not forget; made if missing" zh:"数据目录，不存在时自动创建"`
	Log           Log           `yaml:"log" en:"what the hub writes to standard error" zh:"日志"`
	HTTP          HTTP          `yaml:"http" en:"pages, API, WHEP and WHIP" zh:"网页与接口"`
	RTSP          RTSP          `yaml:"rtsp" en:"players read from here, encoders publish to here" zh:"RTSP 服务：播放与推流"`
	WebRTC        WebRTC        `yaml:"webrtc" en:"picture and sound to and from browsers" zh:"浏览器音视频"`
	Media         Media         `yaml:"media" en:"what is done to picture and sound" zh:"音视频处理"`
	Database      Database      `yaml:"database" en:"accounts, cases, hearings" zh:"数据库"`
	Recording     Recording     `yaml:"recording" en:"how recordings are written" zh:"录像"`
	Archive       Archive       `yaml:"archive" en:"an S3 store that keeps a second copy" zh:"归档存储（S3）"`
	Cluster       Cluster       `yaml:"cluster" en:"several hubs as one" zh:"集群"`
	Transcription Transcription `yaml:"transcription" en:"speech to text" zh:"语音转文字"`
	Sources       []Source      `yaml:"sources" en:"cameras and encoders; those added in the browser are kept in data_dir/sources.yaml" zh:"信号源；在网页中添加的信号源保存在 data_dir/sources.yaml"`
}

// Log says what is logged and how.
type Log struct {
	Level  string `yaml:"level" one:"debug info warn error" en:"the least that is written" zh:"最低级别"`
	Format string `yaml:"format" one:"text json" en:"text for people, json for log collectors" zh:"text 便于阅读，json 便于采集"`
}

// HTTP is the door for browsers and programs.
type HTTP struct {
	Listen      string `yaml:"listen" en:"host:port; this machine only, in this version" zh:"监听地址；本版本仅限本机访问"`
	TLS         TLS    `yaml:"tls" en:"off, self-signed, or {cert: FILE, key: FILE}" zh:"off、self-signed 或 {cert: 文件, key: 文件}"`
	BehindProxy bool   `yaml:"behind_proxy" en:"a reverse proxy on this machine ends TLS" zh:"由本机反向代理负责 TLS"`
}

// TLSMode says where the certificate comes from.
type TLSMode string

// TLS modes.
const (
	TLSOff        TLSMode = "off"
	TLSSelfSigned TLSMode = "self-signed"
	TLSFiles      TLSMode = "files" // written {cert: …, key: …}
)

// TLS is written off, self-signed, or {cert: …, key: …}.
type TLS struct {
	Mode TLSMode `yaml:"-"`
	Cert string  `yaml:"cert" en:"PEM file with the certificate and its chain" zh:"证书文件（PEM，含证书链）"`
	Key  string  `yaml:"key" en:"PEM file with the private key" zh:"私钥文件（PEM）"`
}

// UnmarshalText takes the short forms, off and self-signed.
func (t *TLS) UnmarshalText(text []byte) error {
	*t = TLS{Mode: TLSMode(text)}
	return nil
}

// RTSP is the port for players and encoders.
type RTSP struct {
	Listen string `yaml:"listen" en:"host:port; this machine only, in this version" zh:"监听地址；本版本仅限本机访问"`
}

// WebRTC is the one port for browsers' media, UDP and TCP.
type WebRTC struct {
	Listen     string      `yaml:"listen" en:"host:port, one UDP and one TCP port; this machine only, in this version" zh:"监听地址，UDP 与 TCP 各一个端口；本版本仅限本机访问"`
	PublicIPs  []string    `yaml:"public_ips" en:"addresses under which browsers reach the hub, where they are not its own (NAT)" zh:"经 NAT 访问时的对外地址"`
	ICEServers []ICEServer `yaml:"ice_servers" en:"STUN and TURN servers that browsers are told of" zh:"告知浏览器的 STUN/TURN 服务器"`
}

// ICEServer is a STUN or TURN server. Written as a plain string it is its URL.
type ICEServer struct {
	URLs       []string `yaml:"urls" en:"stun:, stuns:, turn: or turns: addresses" zh:"stun:、stuns:、turn: 或 turns: 地址"`
	Username   string   `yaml:"username" en:"for turn: and turns:" zh:"用户名（turn:、turns:）"`
	Credential Secret   `yaml:"credential" en:"for turn: and turns:" zh:"密码（turn:、turns:）"`
}

// UnmarshalText takes the short form, one URL.
func (s *ICEServer) UnmarshalText(text []byte) error {
	*s = ICEServer{URLs: []string{string(text)}}
	return nil
}

// Media is what may be done to picture and sound.
type Media struct {
	Transcode bool `yaml:"transcode" en:"turn H.265 and B-frames, which a browser may not show, into H.264: about one processor core per stream" zh:"将浏览器无法播放的 H.265 或含 B 帧的画面转为 H.264，每路约占一个处理器核心"`
}

// Database is where accounts and cases are kept.
type Database struct {
	URL URL `yaml:"url" en:"empty: SQLite in data_dir; or postgres://user:password@host/name" zh:"为空时使用 data_dir 内的 SQLite；或 postgres://用户:密码@主机/库名"`
}

// Recording is how recordings are written.
type Recording struct {
	Dir     string        `yaml:"dir" en:"where recordings go; empty: data_dir/recordings" zh:"录像目录；为空时为 data_dir/recordings"`
	Segment time.Duration `yaml:"segment" en:"length of one file, 5s to 10m" zh:"单个文件时长，5s 至 10m"`
	Part    time.Duration `yaml:"part" en:"the most that a power cut can cost, 100ms to 5s" zh:"断电时最多丢失的时长，100ms 至 5s"`
	Sync    string        `yaml:"sync" one:"part segment never" en:"when data is forced onto the disk" zh:"何时强制写盘"`
}

// Archive is an S3 store for second copies.
type Archive struct {
	Endpoint   string `yaml:"endpoint" en:"host:port or URL of the store; empty: no archive" zh:"存储地址；为空时不归档"`
	Bucket     string `yaml:"bucket" en:"bucket, which must exist" zh:"存储桶，须已存在"`
	AccessKey  Secret `yaml:"access_key" en:"access key" zh:"访问密钥"`
	SecretKey  Secret `yaml:"secret_key" en:"secret key" zh:"私密密钥"`
	ObjectLock string `yaml:"object_lock" one:"governance compliance none" en:"what protects a copy from being deleted" zh:"副本防删除方式"`
}

// Cluster joins several hubs.
type Cluster struct {
	Redis URL `yaml:"redis" en:"redis://user:password@host:6379; empty: this hub alone" zh:"redis://用户:密码@主机:6379；为空时单机运行"`
}

// Transcription is speech to text.
type Transcription struct {
	Engine string `yaml:"engine" one:"none funasr vosk sherpa openai command" en:"which engine listens" zh:"识别引擎"`
}

// Default is the configuration of an empty file.
func Default() *Config {
	return &Config{
		DataDir:       "./data",
		Log:           Log{Level: "info", Format: "text"},
		HTTP:          HTTP{Listen: ":8080", TLS: TLS{Mode: TLSOff}},
		RTSP:          RTSP{Listen: ":8554"},
		WebRTC:        WebRTC{Listen: ":8189"},
		Recording:     Recording{Segment: time.Minute, Part: 500 * time.Millisecond, Sync: "part"},
		Archive:       Archive{ObjectLock: "governance"},
		Transcription: Transcription{Engine: "none"},
	}
}
