package manifest

var causeWords = map[Cause][2]string{
	CauseSourceOffline: {"信号源离线", "source offline"},
	CauseNetwork:       {"网络丢失", "network loss"},
	CauseNoKeyframe:    {"画面无法解码", "not decodable"},
	CauseHubRestart:    {"系统重启", "hub restart"},
	CauseDisk:          {"磁盘故障或已满", "disk full or broken"},
	CauseOverload:      {"系统过载", "overload"},
	CauseCodec:         {"编码不支持", "codec not taken"},
	CauseAdjournment:   {"休庭", "adjournment"},
	CauseClosedSession: {"不公开举证质证", "closed session"},
	CauseMediation:     {"不宜录制的调解", "mediation off the record"},
	CauseOperator:      {"人工停止", "stopped by hand"},
}

// Words are the cause as people read it, in Chinese and English; of one that does not
// exist it is its own text.
func (c Cause) Words() (chinese, english string) {
	if w, ok := causeWords[c]; ok {
		return w[0], w[1]
	}
	return string(c), string(c)
}
