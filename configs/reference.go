package configs

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Reference is docs/configuration.md: every key with its variable, its default,
// the words it takes and what it does, in English and Chinese, then the sample.
func Reference() string {
	var b strings.Builder
	b.WriteString(`<!-- Made from the code by "go generate ./configs": change the tags there. -->
# Configuration / 配置

avhub reads one YAML file: ` + "`avhub serve -c avhub.yaml`" + `. Without one it runs on the defaults below.
An unknown key is an error that names the nearest known one, and all that is wrong is said at once, with its line.
Every key can also be given as an environment variable, which goes before the file; a list may be written with
commas there, or in YAML's short form (` + "`[a, b]`, `[{id: court-1, url: rtsp://host/path}]`" + `).

avhub 只读取一个 YAML 文件；不指定文件时使用下列默认值。未知的键会报错并提示最相近的键；所有错误一次列出，并标明行号。
每个键也可用环境变量设置，且优先于文件；列表可用逗号分隔，或写成 YAML 行内格式。

Lengths of time carry a unit: ` + "`500ms`, `60s`, `10m`" + `. / 时长须带单位。

Passwords and keys (marked 🔒), and passwords within addresses, may be ` + "`${NAME}`" + `, from the environment, or ` + "`file:/path`" + `,
from a file; a password put into an address by ` + "`${NAME}`" + ` needs no escaping, and ` + "`$${`" + ` stands for a plain ` + "`${`" + `.
They never appear in logs, answers of the API or errors.

密码与密钥（🔒）以及地址中的密码可写成 ` + "`${变量名}`（取自环境变量）或 `file:/路径`" + `（取自文件），不会出现在日志、接口应答和错误信息中。

Without ` + "`http.tls`" + ` the hub serves its own machine only: ` + "`:8080`" + ` means ` + "`127.0.0.1:8080`" + `, and an address of the machine is
refused, for all ports. With TLS, or behind a proxy that ends it, they are open to other machines.

未启用 ` + "`http.tls`" + ` 时仅限本机访问：` + "`:8080`" + ` 即 ` + "`127.0.0.1:8080`" + `，写其他地址会报错；启用 TLS（或由反向代理负责 TLS）后，各端口才对其他机器开放。

`)
	c := Default()
	c.Sources = []Source{DefaultSource()}
	c.WebRTC.ICEServers = []ICEServer{{}}
	c.OIDC.Roles = []OIDCRole{{}}
	root := reflect.ValueOf(c).Elem()
	table(&b, "avhub.yaml", "", root, "")
	sections(&b, root, "")
	b.WriteString("## Sample / 示例\n\n`avhub config sample > avhub.yaml` writes it. / 用上述命令生成。\n\n```yaml\n")
	b.Write(Sample)
	b.WriteString("```\n")
	return b.String()
}

// sections writes a table for each section under v.
func sections(b *strings.Builder, v reflect.Value, path string) {
	for _, k := range keysOf(v.Type()) {
		at, p := v.FieldByIndex(k.field.Index), join(path, k.name)
		if at.Kind() == reflect.Slice && isSection(at.Type().Elem()) {
			at, p = at.Index(0), p+"[]"
		}
		if isSection(at.Type()) {
			table(b, p, k.field.Tag.Get("en")+" / "+k.field.Tag.Get("zh"), at, p)
			sections(b, at, p)
		}
	}
}

func table(b *strings.Builder, title, text string, v reflect.Value, path string) {
	fmt.Fprintf(b, "## %s\n\n", title)
	if text != "" {
		fmt.Fprintf(b, "%s\n\n", text)
	}
	b.WriteString("| key / 键 | default / 默认 | | |\n|---|---|---|---|\n")
	for _, k := range keysOf(v.Type()) {
		at, p := v.FieldByIndex(k.field.Index), join(path, k.name)
		name := "`" + k.name + "`"
		if _, ok := at.Interface().(Secret); ok {
			name += " 🔒"
		}
		if single := !isSection(at.Type()) || hasShortForm(at.Type()); single && !strings.Contains(p, "[]") {
			name += "<br>`" + variableOf(p) + "`"
		}
		takes := ""
		if words := k.words(); words != nil {
			takes = "<br>`" + strings.Join(words, "` `") + "`"
		}
		fmt.Fprintf(b, "| %s | %s | %s%s | %s |\n", name, shown(at), k.field.Tag.Get("en"), takes, k.field.Tag.Get("zh"))
	}
	b.WriteString("\n")
}

// shown is a default as one would write it.
func shown(v reflect.Value) string {
	switch at := v.Interface().(type) {
	case TLS:
		return "`" + string(at.Mode) + "`"
	case time.Duration:
		return "`" + brief(at) + "`"
	}
	switch {
	case v.Kind() == reflect.Struct, v.Kind() == reflect.Slice && isSection(v.Type().Elem()):
		return ""
	case v.Kind() == reflect.Slice && v.Len() == 0:
		return "`[]`"
	case v.Kind() == reflect.Slice:
		return fmt.Sprintf("`[%s]`", strings.Trim(fmt.Sprint(v.Interface()), "[]"))
	case v.Kind() == reflect.String && v.Len() == 0:
		return ""
	}
	return fmt.Sprintf("`%v`", v.Interface())
}
