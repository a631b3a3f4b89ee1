package configs

import (
	_ "embed"
	"time"
)

// Sample is the annotated avhub.sample.yaml: it holds every key with its default.
//
//go:embed avhub.sample.yaml
var Sample []byte

// Config is avhub.yaml.
type Config struct {
	DataDir       string        `yaml:"data_dir"`
	Log           Log           `yaml:"log"`
	HTTP          HTTP          `yaml:"http"`
	RTSP          RTSP          `yaml:"rtsp"`
	WebRTC        WebRTC        `yaml:"webrtc"`
	Media         Media         `yaml:"media"`
	Database      Database      `yaml:"database"`
	Recording     Recording     `yaml:"recording"`
	Archive       Archive       `yaml:"archive"`
	Cluster       Cluster       `yaml:"cluster"`
	Transcription Transcription `yaml:"transcription"`
	Sources       []Source      `yaml:"sources"`
}

// Log is how the hub logs, on standard error.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn, error
	Format string `yaml:"format"` // text, json
}

// HTTP is the web's door.
type HTTP struct {
	Listen      string `yaml:"listen"`
	TLS         TLS    `yaml:"tls"`
	BehindProxy bool   `yaml:"behind_proxy"` // a proxy in front speaks TLS
}

// RTSP is the players' and encoders' door.
type RTSP struct {
	Listen string `yaml:"listen"`
}

// WebRTC is the browsers' media door: one UDP port and the same TCP port.
type WebRTC struct {
	Listen     string      `yaml:"listen"`
	PublicIPs  []string    `yaml:"public_ips"`
	ICEServers []ICEServer `yaml:"ice_servers"`
}

// ICEServer is a STUN or TURN server that browsers are told of.
type ICEServer struct {
	URLs       []string `yaml:"urls"`
	Username   string   `yaml:"username"`
	Credential Secret   `yaml:"credential"`
}

// Media says what the hub may convert.
type Media struct {
	Transcode bool `yaml:"transcode"` // pictures that a browser cannot show, to H.264: costs a core each
}

// Database is where accounts, cases and hearings are kept.
type Database struct {
	URL Secret `yaml:"url"` // empty: SQLite in data_dir; postgres://…
}

// Recording says where and how recordings are written.
type Recording struct {
	Dir     string        `yaml:"dir"` // empty: recordings in data_dir
	Segment time.Duration `yaml:"segment"`
	Part    time.Duration `yaml:"part"`
	Sync    string        `yaml:"sync"` // part, segment, never
}

// Archive is an S3 store.
type Archive struct {
	Endpoint   string `yaml:"endpoint"` // empty: none
	Bucket     string `yaml:"bucket"`
	AccessKey  Secret `yaml:"access_key"`
	SecretKey  Secret `yaml:"secret_key"`
	ObjectLock string `yaml:"object_lock"` // governance, compliance, none
}

// Cluster joins several hubs.
type Cluster struct {
	Redis Secret `yaml:"redis"` // empty: one hub alone
}

// Transcription is speech to text.
type Transcription struct {
	Engine string `yaml:"engine"` // none, funasr, vosk, sherpa, openai, command
}

// Default is the configuration without a file.
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
