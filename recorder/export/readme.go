package export

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
)

// readme says what is in the folder and how it is played and verified.
func readme(c Case, l *layout) []byte {
	var b strings.Builder
	line := func(format string, a ...any) { fmt.Fprintf(&b, format+"\r\n", a...) }
	line("卷宗录像 Case file  %s", c.Number)
	line("%s", c.Title)
	line("")
	line("播放与校验：用浏览器打开 player.html，无需网络，也不安装任何软件。在该页选择本文件夹即可逐一校验。")
	line("To play and verify: open player.html in a browser. No network is needed and nothing is installed. Choose this folder there to verify every file.")
	line("")
	line("player.html       播放与校验 plays and verifies")
	line("gaps.html         录像缺口说明（可打印签名） statement of gaps, to print and sign")
	line("gaps.csv          缺口列表 the same for spreadsheets")
	for _, e := range c.More {
		if strings.HasSuffix(e.Name, ".pdf") {
			line("%-17s 录像证明书，供各方签名 certificate, to be signed", e.Name)
		}
		if e.Name == "composed.mp4" {
			line("composed.mp4      合成画面，仅供观看的副本，不作为证据；原始录像见下 a composed copy to watch, not evidence: that lies below")
		}
	}
	if slices.ContainsFunc(c.More, func(e Entry) bool { return strings.HasPrefix(e.Name, MoviesFolder+"/") }) {
		line("mp4/              每路一个 MP4，仅供观看的副本，不作为证据 one MP4 of each camera, a copy to watch, not evidence")
	}
	if l.excerpt != nil {
		line("excerpt.html      节选说明 which bytes of which files were asked for")
	}
	line("public-key*.pem   签名公钥，须与法院公布的一致 the public key that signs; it must be the one that the court publishes")
	for i, key := range l.keys {
		if block, _ := pem.Decode(key); block != nil {
			sum := sha256.Sum256(block.Bytes)
			line("                  %s SHA-256 %s", keyName("public-key", i), hex.EncodeToString(sum[:]))
		}
	}
	line("")
	for _, r := range l.recordings {
		line("%s/  %s", r.Folder, strings.Join(strings.Fields(r.Name), " "))
		line("    000001.mp4 …      录像片段 segments; 上级文件夹中的 .m3u8 可用 VLC 依次播放 the .m3u8 beside this folder plays them in order")
		line("    manifest.jsonl    清单 manifest; seal.json 封存 seal; head.json, ledger.pub")
		line("    完整性校验值 integrity check value  %s", r.Value)
	}
	line("")
	line("任何人均可依据 docs/evidence-format.md 自行编写校验程序，或使用：avhub verify 本文件夹 --key public-key.pem")
	line("Anybody can write a verifier after docs/evidence-format.md, or use: avhub verify THIS-FOLDER --key public-key.pem")
	return []byte("\ufeff" + b.String())
}
