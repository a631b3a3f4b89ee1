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
	OIDC          OIDC          `yaml:"oidc" en:"log-in through the court's identity provider (OpenID Connect)" zh:"通过统一身份认证（OpenID Connect）登录"`
	Audit         Audit         `yaml:"audit" en:"who did, watched or was refused what" zh:"审计"`
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
	Listen      string   `yaml:"listen" en:"host:port; without a host all addresses of this machine, and without TLS itself only" zh:"监听地址；不写主机时为本机所有地址，未启用 TLS 时仅限本机访问"`
	TLS         TLS      `yaml:"tls" en:"off, self-signed (an authority of the hub's own), or {cert: FILE, key: FILE}, which are read anew when they change" zh:"off、self-signed（本系统自己的证书颁发机构）或 {cert: 文件, key: 文件}，文件更新后自动生效"`
	Names       []string `yaml:"names" en:"names and addresses under which browsers reach the hub, if others than the machine's own: they go into the certificate" zh:"浏览器访问本系统所用的其他名称或地址，将写入证书"`
	Origins     []string `yaml:"origins" en:"other sites whose pages may use WHEP and WHIP, with an API token: https://host[:port]" zh:"允许凭接口令牌使用 WHEP、WHIP 的其他网站：https://主机[:端口]"`
	BehindProxy bool     `yaml:"behind_proxy" en:"a reverse proxy ends TLS, on this machine unless listen names an address" zh:"由反向代理负责 TLS；listen 未写主机时代理须在本机"`
	Proxies     []string `yaml:"proxies" en:"addresses or networks of proxies on other machines, whose X-Forwarded-For is believed" zh:"其他机器上的代理的地址或网段，采信其 X-Forwarded-For"`
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
	Listen  string `yaml:"listen" en:"host:port, for rtsp:// and, where the hub has a certificate, rtsps://; open to other machines as http.listen is" zh:"监听地址，同时用于 rtsp:// 与（有证书时）rtsps://；启用 TLS 后才对其他机器开放"`
	TLSOnly bool   `yaml:"tls_only" en:"rtsps:// alone; players and encoders in the clear are turned away" zh:"只接受 rtsps://，拒绝未加密的播放与推流"`
}

// WebRTC is the one port for browsers' media, UDP and TCP.
type WebRTC struct {
	Listen     string      `yaml:"listen" en:"host:port, one UDP and one TCP port; open to other machines as http.listen is" zh:"监听地址，UDP 与 TCP 各一个端口；启用 TLS 后才对其他机器开放"`
	PublicIPs  []string    `yaml:"public_ips" en:"addresses under which browsers reach the hub, where they are not its own (NAT)" zh:"经 NAT 访问时的对外地址"`
	ICEServers []ICEServer `yaml:"ice_servers" en:"STUN and TURN servers that browsers are told of" zh:"告知浏览器的 STUN/TURN 服务器"`
	TURN       TURN        `yaml:"turn" en:"the hub's own TURN relay, for phones behind networks that let nothing else out" zh:"内置 TURN 中继，供只放行 TCP 的网络中的手机使用"`
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
	URL URL `yaml:"url" en:"empty: SQLite in data_dir; or postgres://user:password@host/name, or by a socket postgres://user@/name?host=/run/postgresql" zh:"为空时使用 data_dir 内的 SQLite；或 postgres://用户:密码@主机/库名，或经本机套接字 postgres://用户@/库名?host=/run/postgresql"`
}

// Audit is how the audit is kept.
type Audit struct {
	SM3 bool `yaml:"sm3" en:"chain the audit and recordings' manifests by SM3 (GB/T 32905) beside SHA-256" zh:"审计账本与录像清单在 SHA-256 之外同时使用 SM3（GB/T 32905）"`
	SM2 bool `yaml:"sm2" en:"sign by SM2 (GB/T 32918) beside Ed25519, over the chain by SM3: needs sm3" zh:"在 Ed25519 之外同时以 SM2（GB/T 32918）对 SM3 链签名，须同时启用 sm3"`
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
		WebRTC:        WebRTC{Listen: ":8189", TURN: defaultTURN()},
		OIDC:          OIDC{Scopes: []string{"profile"}, Claim: "roles"},
		Recording:     Recording{Segment: time.Minute, Part: 500 * time.Millisecond, Sync: "part", KeepDays: 90, LowMark: 5},
		Archive:       Archive{Region: "us-east-1", TLS: true, ObjectLock: "governance", PartSize: 16 << 20, Retention: defaultRetention()},
		Transcription: Transcription{Engine: "none"},
	}
}
