package configs

import (
	"net/url"
	"reflect"
	"regexp"
	"strings"
)

// Archive is an S3 store for second copies.
type Archive struct {
	Endpoint   string    `yaml:"endpoint" en:"host:port or URL of the store; empty: no archive" zh:"存储地址；为空时不归档"`
	Region     string    `yaml:"region" en:"the store's region; MinIO takes any" zh:"存储区域；MinIO 可任意填写"`
	TLS        bool      `yaml:"tls" en:"speak TLS with an endpoint that is written without http:// or https://" zh:"地址未写 http:// 或 https:// 时是否使用 TLS"`
	CA         string    `yaml:"ca" en:"PEM file with the authority that signed the store's certificate; empty: those of the system" zh:"签发存储证书的 CA 文件（PEM）；为空时使用系统内置"`
	Bucket     string    `yaml:"bucket" en:"bucket, which must exist" zh:"存储桶，须已存在"`
	Prefix     string    `yaml:"prefix" en:"put before all keys, where several hubs share a bucket: letters, digits, - _ . and /" zh:"对象键前缀，多台服务器共用存储桶时使用"`
	AccessKey  Secret    `yaml:"access_key" en:"access key" zh:"访问密钥"`
	SecretKey  Secret    `yaml:"secret_key" en:"secret key" zh:"私密密钥"`
	ObjectLock string    `yaml:"object_lock" one:"governance compliance none" en:"what protects a copy from being deleted" zh:"副本防删除方式"`
	PartSize   Size      `yaml:"part_size" en:"pieces in which files are sent, 5MiB to 1GiB: what a broken connection costs" zh:"分片大小，5MiB 至 1GiB"`
	Retention  Retention `yaml:"retention" en:"days that the store refuses to delete a copy, by the site's kind; 1 to 36500" zh:"按场所类型设定的副本锁定天数，1 至 36500"`
}

// Retention is how many days a copy is locked, by the kind of site.
type Retention struct {
	Courtroom       int `yaml:"courtroom" en:"courtrooms" zh:"法庭"`
	DetentionCentre int `yaml:"detention_centre" en:"detention centres" zh:"看守所"`
	PrisonCourt     int `yaml:"prison_court" en:"courts in prisons" zh:"监狱法庭"`
	CommandCentre   int `yaml:"command_centre" en:"command centres" zh:"执行指挥中心"`
	ServiceHall     int `yaml:"service_hall" en:"service halls" zh:"诉讼服务大厅"`
	MeetingRoom     int `yaml:"meeting_room" en:"meeting rooms" zh:"会议室"`
	Security        int `yaml:"security" en:"security cameras" zh:"安防"`
	Field           int `yaml:"field" en:"scenes of execution" zh:"执行现场"`
}

// defaultRetention keeps what belongs to cases for ten years, and the rest as long
// as audits are kept (180 days) or a year.
func defaultRetention() Retention {
	return Retention{
		Courtroom: 3650, DetentionCentre: 3650, PrisonCourt: 3650, CommandCentre: 3650,
		ServiceHall: 365, MeetingRoom: 3650, Security: 180, Field: 3650,
	}
}

// Days are the days by the kind of site.
func (r Retention) Days() map[Site]int {
	days := map[Site]int{}
	v := reflect.ValueOf(r)
	for _, k := range keysOf(v.Type()) {
		days[Site(k.name)] = int(v.FieldByIndex(k.field.Index).Int())
	}
	return days
}

var archivePrefix = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?$`)

func (a Archive) check(f *faults) {
	if a.PartSize < 5<<20 || a.PartSize > 1<<30 {
		f.add("archive.part_size", "%v is out of range: use 5MiB to 1GiB", a.PartSize)
	}
	v := reflect.ValueOf(a.Retention)
	for _, k := range keysOf(v.Type()) {
		checkNumber(int(v.FieldByIndex(k.field.Index).Int()), 1, maxDays, "archive.retention."+k.name, f)
	}
	if a.Prefix != "" && (!archivePrefix.MatchString(a.Prefix) || len(a.Prefix) > 200) {
		f.add("archive.prefix", "%q is no prefix: use letters, digits, - _ . and /, such as heihe/hub-1", clip(Mask(a.Prefix)))
	}
	if a.Endpoint == "" {
		return
	}
	if err := checkEndpoint(a.Endpoint); err != "" {
		f.add("archive.endpoint", "%s", err)
	}
	if a.Bucket == "" {
		f.add("archive.bucket", "it is empty, and archive.endpoint is set: write the bucket's name")
	}
	if a.AccessKey.Empty() || a.SecretKey.Empty() {
		f.add("archive", "access_key and secret_key are needed with an endpoint")
	}
}

// checkEndpoint says what is wrong with an endpoint; it quotes nothing of it, since
// keys may stand in it.
func checkEndpoint(endpoint string) string {
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	u, err := url.Parse(endpoint)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return "write host:port, http://host:port or https://host:port"
	case u.User != nil:
		return "write the keys under access_key and secret_key, not in the endpoint"
	case u.Path != "" && u.Path != "/" || u.RawQuery != "":
		return "write it without a path: the bucket has a key of its own"
	}
	return ""
}
