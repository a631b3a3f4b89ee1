package rooms

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestCaseNumbersAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]CaseNumber{
		// In their official form, of every level of court and many types.
		"（2021）黑11民初23号":             {2021, "黑11", "民初", 23, 0},
		"（2021）黑1102民初1204号":         {2021, "黑1102", "民初", 1204, 0},
		"（2021）黑民终7号":                {2021, "黑", "民终", 7, 0},
		"（2021）最高法民申1234号":           {2021, "最高法", "民申", 1234, 0},
		"（2019）最高法知民终2号":             {2019, "最高法", "知民终", 2, 0},
		"（2019）最高法知民辖终1号":            {2019, "最高法", "知民辖终", 1, 0},
		"（2019）最高法商初1号":              {2019, "最高法", "商初", 1, 0},
		"（2018）最高法刑核51732614号":       {2018, "最高法", "刑核", 51732614, 0},
		"（2021）黑11刑初1号":              {2021, "黑11", "刑初", 1, 0},
		"（2021）黑11刑终88号":             {2021, "黑11", "刑终", 88, 0},
		"（2021）黑11刑更1023号":           {2021, "黑11", "刑更", 1023, 0},
		"（2021）黑1181刑没1号":            {2021, "黑1181", "刑没", 1, 0},
		"（2021）黑11行初5号":              {2021, "黑11", "行初", 5, 0},
		"（2021）黑11行赔终5号":             {2021, "黑11", "行赔终", 5, 0},
		"（2021）黑11委赔监2号":             {2021, "黑11", "委赔监", 2, 0},
		"（2021）黑11民辖终9号":             {2021, "黑11", "民辖终", 9, 0},
		"（2021）黑11民特监3号":             {2021, "黑11", "民特监", 3, 0},
		"（2021）黑1102执1号":             {2021, "黑1102", "执", 1, 0},
		"（2021）黑1102执保41号":           {2021, "黑1102", "执保", 41, 0},
		"（2021）黑1102执恢12号":           {2021, "黑1102", "执恢", 12, 0},
		"（2021）黑11执异6号":              {2021, "黑11", "执异", 6, 0},
		"（2021）黑11破申1号":              {2021, "黑11", "破申", 1, 0},
		"（2021）黑11破1号":               {2021, "黑11", "破", 1, 0},
		"（2021）黑11司惩复1号":             {2021, "黑11", "司惩复", 1, 0},
		"（2021）黑1102财保10号":           {2021, "黑1102", "财保", 10, 0},
		"（2021）黑1102诉前调300号":         {2021, "黑1102", "诉前调", 300, 0},
		"（2021）黑1102民诉前调300号":        {2021, "黑1102", "民诉前调", 300, 0},
		"（2020）京0491民初1号":            {2020, "京0491", "民初", 1, 0},
		"（2020）京73行初1号":              {2020, "京73", "行初", 1, 0},
		"（2020）沪74民终1号":              {2020, "沪74", "民终", 1, 0},
		"（2020）内07民终1号":              {2020, "内07", "民终", 1, 0},
		"（2020）兵0101民初1号":            {2020, "兵0101", "民初", 1, 0},
		"（2020）军01刑初1号":              {2020, "军01", "刑初", 1, 0},
		"（2020）新40民终1号":              {2020, "新40", "民终", 1, 0},
		"（2021）黑11民初23号之一":           {2021, "黑11", "民初", 23, 1},
		"（2021）黑11民初23号之十":           {2021, "黑11", "民初", 23, 10},
		"（2021）黑11执23号之二十一":          {2021, "黑11", "执", 23, 21},
		"（2021）黑11执23号之九十九":          {2021, "黑11", "执", 23, 99},
		"（2099）黑11民初99999999号":       {2099, "黑11", "民初", 99999999, 0},
		"（2000）黑11民初1号":              {2000, "黑11", "民初", 1, 0},
		"(2021)黑11民初23号":             {2021, "黑11", "民初", 23, 0}, // and as people type them
		"〔2021〕黑11民初23号":             {2021, "黑11", "民初", 23, 0},
		"[2021]黑11民初23号":             {2021, "黑11", "民初", 23, 0},
		"【2021】黑11民初23号":             {2021, "黑11", "民初", 23, 0},
		"［2021］黑11民初23号":             {2021, "黑11", "民初", 23, 0},
		"（2021)黑11民初23号":             {2021, "黑11", "民初", 23, 0},
		"2021黑11民初23号":               {2021, "黑11", "民初", 23, 0},
		"（２０２１）黑１１民初２３号":             {2021, "黑11", "民初", 23, 0},
		" (2021) 黑 11 民初 23 号 \n":    {2021, "黑11", "民初", 23, 0},
		"（2021）\u3000黑11\u00a0民初23号": {2021, "黑11", "民初", 23, 0},
		"（2021）黑11民初0023号":           {2021, "黑11", "民初", 23, 0},
		"（2021）黑11民初23号之1":           {2021, "黑11", "民初", 23, 1},
		"（2021）黑11民初23号-2":           {2021, "黑11", "民初", 23, 2},
		"（2021）黑11民初23号－１２":          {2021, "黑11", "民初", 23, 12},
	} {
		n, err := ParseCaseNumber(text)
		if err != nil || n != want {
			t.Errorf("%q: %+v, %v", text, n, err)
			continue
		}
		if again, err := ParseCaseNumber(n.String()); err != nil || again != n {
			t.Errorf("%q prints as %s, which reads as %+v, %v", text, n, again, err)
		}
	}
	n, _ := ParseCaseNumber(" [２０２１] 黑11 民初 0023 号-1")
	if n.String() != "（2021）黑11民初23号之一" {
		t.Error(n)
	}
}

func TestTheWrongPartIsNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]CaseNumberPart{
		"":                           YearPart,
		"案号":                         YearPart,
		"黑11民初23号":                   YearPart,
		"（）黑11民初23号":                 YearPart,
		"（21）黑11民初23号":               YearPart,
		"（20211）黑11民初23号":            YearPart,
		"（1999）黑11民初23号":             YearPart,
		"（2201）黑11民初23号":             YearPart,
		"（2021黑11民初23号":              YearPart,
		"2021）黑11民初23号":              YearPart,
		"（二〇二一）黑11民初23号":             YearPart,
		"（-2021）黑11民初23号":            YearPart,
		"（2021）11民初23号":              CourtPart,
		"（2021）":                     CourtPart,
		"（2021）龙11民初23号":             CourtPart,
		"（2021）滇01民初23号":             CourtPart,
		"（2021）最高院民申23号":             CourtPart,
		"（2021）黑1民初23号":              CourtPart,
		"（2021）黑110民初23号":            CourtPart,
		"（2021）黑11021民初23号":          CourtPart,
		"（2014）黑中民终字第23号":            TypePart,
		"（2014）黑刑一终字第1号":             TypePart,
		"（2021）黑1123号":               TypePart,
		"（2021）黑11号":                 TypePart,
		"（2021）黑11mc23号":             TypePart,
		"（2021）黑11民事一审普通程序23号":       TypePart,
		"（2021）黑11民初号":               NumberPart,
		"（2021）黑11民初":                NumberPart,
		"（2021）黑11民初第23号":            NumberPart,
		"（2021）黑11民初0号":              NumberPart,
		"（2021）黑11民初二十三号":            TypePart,
		"（2021）黑11民初123456789号":      NumberPart,
		"（2021）黑11民初23、24号":          NumberPart,
		"（2021）黑11民初23-25号":          NumberPart,
		"（2021）黑11民初23至25号":          NumberPart,
		"（2021）黑11民初23":              EndPart,
		"（2021）黑11民初23hao":           EndPart,
		"（2021）黑11民初23号民事判决书":        EndPart,
		"（2021）黑11民初23号号":            EndPart,
		"（2021）黑11民初23号之":            SubPart,
		"（2021）黑11民初23号之零":           SubPart,
		"（2021）黑11民初23号之一百":          SubPart,
		"（2021）黑11民初23号之100":         SubPart,
		"（2021）黑11民初23号之01":          SubPart,
		"（2021）黑11民初23号\x00":         EndPart,
		"（2021）\x00黑11民初23号":         CourtPart,
		"\xff\xfe（2021）黑11民初23号":     YearPart,
		strings.Repeat("（2021）", 30): EndPart,
		"（2021）黑11'; DROP TABLE--号":  TypePart,
		"=（2021）黑11民初23号":            YearPart,
	} {
		n, err := ParseCaseNumber(text)
		var e CaseNumberError
		if !errors.As(err, &e) || e.Part != want || n != (CaseNumber{}) {
			t.Errorf("%q: %+v, %v, not a fault in its %s", text, n, err, want)
		}
		if err != nil && len(err.Error()) > 250 {
			t.Errorf("%q: the error is %d bytes long", text, len(err.Error()))
		}
	}
}

func TestNumbersAreFound(t *testing.T) {
	t.Parallel()
	n, err := ParseCaseNumber("（2021）黑11民初23号之一")
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]bool{
		"2021黑11民初23": true, "民初23": true, "（2021）黑11": true, "(2021) 黑 11 民初": true, "民初２３号": true,
		"黑11民初23号之一": true, "": true, "民初2号": false, "民初24": false, "黑1102": false, "刑初23": false,
	} {
		if strings.Contains(n.SearchKey(), SearchKey(query)) != want {
			t.Errorf("%q finds %s: %v", query, n.SearchKey(), !want)
		}
	}
	if (CaseNumber{}).SearchKey() != "" {
		t.Error("no number has a key")
	}
}

func TestACaseNumberIsAStringInJSON(t *testing.T) {
	t.Parallel()
	var c struct{ N, None CaseNumber }
	if err := json.Unmarshal([]byte(`{"N":"(2021)黑11执保23号","None":""}`), &c); err != nil || !c.None.IsZero() || !c.N.Execution() {
		t.Errorf("%+v, %v", c, err)
	}
	if out, err := json.Marshal(c); err != nil || string(out) != `{"N":"（2021）黑11执保23号","None":""}` {
		t.Errorf("%s, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"N":"23"}`), &c); err == nil {
		t.Error("23 is taken for a number")
	}
}

func FuzzParseCaseNumber(f *testing.F) {
	for _, s := range []string{"（2021）黑11民初23号", "(2021)最高法知民终2号之十一", "2021黑执1号-3", "（2014）黑中民终字第23号", "（2021）黑", "〔２０２１〕黑１１民初２３号", "\xff", "（2021）黑11民初23号之"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseCaseNumber(s)
		if err != nil {
			if !errors.As(err, new(CaseNumberError)) || n != (CaseNumber{}) {
				t.Fatalf("%q: %+v, %v", s, n, err)
			}
			return
		}
		if again, err := ParseCaseNumber(n.String()); err != nil || again != n {
			t.Fatalf("%q: %s reads as %+v, %v", s, n, again, err)
		}
		if !Printable(n.String()) || !strings.Contains(n.SearchKey(), SearchKey(s)) && n.Sub == 0 && !strings.Contains(SearchKey(s), "0") {
			t.Fatalf("%q: %s is not found by what was typed (%s)", s, n, SearchKey(s))
		}
	})
}
