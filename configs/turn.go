package configs

import "time"

// TURN is the hub's own relay, for browsers whose network lets nothing but such
// a connection out.
type TURN struct {
	Listen             string        `yaml:"listen" en:"host:port for UDP and TCP, such as :3478; empty: off; open to other machines as http.listen is" zh:"UDP 与 TCP 的监听地址，如 :3478；为空时不启用；启用 TLS 后才对其他机器开放"`
	TLSListen          string        `yaml:"tls_listen" en:"host:port for TLS with the certificate of http.tls, such as :5349, or :443 on an address of its own; empty: off" zh:"TLS 的监听地址，使用 http.tls 的证书，如 :5349，或另一地址的 :443；为空时不启用"`
	Host               string        `yaml:"host" en:"name or address that browsers are told; empty: the one under which they opened the pages" zh:"告知浏览器的名称或地址；为空时为其打开网页所用的名称或地址"`
	Port               int           `yaml:"port" en:"port that browsers are told, where a firewall hands on another than listen's; 0: listen's" zh:"防火墙端口映射时告知浏览器的端口；0 为 listen 的端口"`
	TLSPort            int           `yaml:"tls_port" en:"the same for tls_listen, such as 443" zh:"同上，用于 tls_listen，如 443"`
	Realm              string        `yaml:"realm" en:"name that passwords are bound to" zh:"口令所属的域名"`
	Allocations        int           `yaml:"allocations" en:"relays at once, 1 to 20000" zh:"同时中继的总数，1 至 20000"`
	SessionAllocations int           `yaml:"session_allocations" en:"relays of one session, 1 to 100: a browser opens one for each address and network" zh:"单个会话的中继数，1 至 100；浏览器对每个地址与网络各建一个"`
	SessionRate        Size          `yaml:"session_rate" en:"bytes a second of one session, each way, 64KiB to 1GiB" zh:"单个会话每个方向每秒的字节数，64KiB 至 1GiB"`
	SessionTotal       Size          `yaml:"session_total" en:"bytes of one session in all, 1MiB to 4096GiB" zh:"单个会话的总字节数，1MiB 至 4096GiB"`
	Lifetime           time.Duration `yaml:"lifetime" en:"the longest that a session is relayed without asking anew, 1m to 168h" zh:"单个会话持续中继的最长时间，1m 至 168h，到期须重新申请"`
}

// On says that there is a relay.
func (t TURN) On() bool { return t.Listen != "" || t.TLSListen != "" }

func defaultTURN() TURN {
	return TURN{
		Realm: "avhub", Allocations: 1000, SessionAllocations: 16, SessionRate: 4 << 20, SessionTotal: 64 << 30, Lifetime: 24 * time.Hour,
	}
}

func (t TURN) check(secure bool, f *faults) {
	const path = "webrtc.turn"
	if t.TLSListen != "" && !secure {
		f.add(path+".tls_listen", "the hub has no certificate: set http.tls, or leave it out")
	}
	if t.Host != "" && !isName(t.Host) {
		f.add(path+".host", "%q is no name: write one such as hub.court.example, or an IP address, without a port", clip(t.Host))
	}
	if !realmName.MatchString(t.Realm) {
		f.add(path+".realm", "%q is no realm: write up to 63 letters, digits, dots and hyphens", clip(t.Realm))
	}
	checkNumber(t.Port, 0, 65535, path+".port", f)
	checkNumber(t.TLSPort, 0, 65535, path+".tls_port", f)
	checkNumber(t.Allocations, 1, 20_000, path+".allocations", f)
	checkNumber(t.SessionAllocations, 1, 100, path+".session_allocations", f)
	checkSize(t.SessionRate, 64<<10, 1<<30, path+".session_rate", f)
	checkSize(t.SessionTotal, 1<<20, 4096<<30, path+".session_total", f)
	checkRange(t.Lifetime, time.Minute, 7*24*time.Hour, path+".lifetime", f)
}

func checkSize(s, least, most Size, path string, f *faults) {
	if s < least || s > most {
		f.add(path, "%v is out of range: use %v to %v", s, least, most)
	}
}
