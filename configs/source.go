package configs

import "cmp"

// Words of a source's settings; the tags of [Source] list those allowed.
type (
	Site        string // the kind of place
	Transport   string // how its packets travel
	Start       string // when it is opened
	Record      string // when it is recorded
	Loudspeaker string // whether it says what a hearing's room says
)

// When a source is opened.
const (
	Always   Start = "always"    // with the hub
	OnDemand Start = "on_demand" // with its first reader, closed 10 s after the last
)

// When a source is recorded.
const (
	RecordAlways    Record = "always"
	RecordInSession Record = "in_session" // while a hearing at its place is
	RecordNever     Record = "never"
)

// Whether what a hearing's room says comes out of the device (ONVIF back channel).
const (
	LoudspeakerAuto Loudspeaker = "auto" // where hearings are held, if the device has one
	LoudspeakerOn   Loudspeaker = "on"   // it has one: that it cannot be reached is a fault
	LoudspeakerOff  Loudspeaker = "off"
)

// Source is one camera (the hub reads it) or, without a URL, one encoder (it
// publishes to the hub).
type Source struct {
	ID        string    `yaml:"id" en:"its name in addresses: small letters, digits and -, at most 63" zh:"标识：小写字母、数字和 -，最长 63 位"`
	Name      string    `yaml:"name" en:"its name on screen; empty: the id" zh:"显示名称；为空时同 id"`
	Site      Site      `yaml:"site" one:"courtroom detention_centre prison_court command_centre service_hall meeting_room security field" en:"what kind of place it shows" zh:"场所类型"`
	SiteID    string    `yaml:"site_id" en:"id of the courtroom or other site that it stands in; empty: a site of its own" zh:"所在法庭或场所的标识；为空时自成一个场所"`
	Court     string    `yaml:"court" en:"id of the court it belongs to" zh:"所属法院标识"`
	URL       URL       `yaml:"url" en:"rtsp:// or rtsps:// address of the main stream; empty: an encoder publishes" zh:"主码流地址（rtsp:// 或 rtsps://）；为空时由编码器推流"`
	SubURL    URL       `yaml:"sub_url" en:"address of the small stream, for walls" zh:"子码流地址，用于多画面"`
	Transport Transport `yaml:"transport" one:"auto tcp udp multicast" en:"how its packets travel; auto tries" zh:"传输方式；auto 自动尝试"`
	Start     Start     `yaml:"start" one:"always on_demand" en:"open always, or on demand (closed 10 s after the last reader)" zh:"始终连接，或按需连接（无人观看 10 秒后断开）"`
	Record    Record    `yaml:"record" one:"always in_session never" en:"when it is recorded" zh:"何时录像"`
	// Loudspeaker is asked for by [Source.Speaks].
	Loudspeaker Loudspeaker `yaml:"loudspeaker" one:"auto on off" en:"whether what is said in a hearing's room comes out of its loudspeaker (ONVIF back channel); auto: where hearings are held, if it has one" zh:"庭审室的声音是否由该设备的扬声器播放（ONVIF 语音回传）；auto 为庭审场所且设备带扬声器时播放"`
}

// DefaultSource is a source before anything is set.
func DefaultSource() Source {
	return Source{Site: "courtroom", Transport: "auto", Start: Always, Record: RecordNever, Loudspeaker: LoudspeakerAuto}
}

// Speaks tells whether a hearing's room is to be heard at the source: the hub can only
// reach a device that it reads itself, and of itself it does not talk into the street.
func (s Source) Speaks() bool {
	switch {
	case s.URL.Empty() || s.Loudspeaker == LoudspeakerOff:
		return false
	case s.Loudspeaker == LoudspeakerOn:
		return true
	}
	return s.Site != "security" && s.Site != "field"
}

// Place is the site that a source stands in: one of its own where none is said.
func (s Source) Place() string { return cmp.Or(s.SiteID, s.ID) }
