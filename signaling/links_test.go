package signaling_test

import (
	"net/http"
	"testing"

	"github.com/gorilla/websocket"

	"avhub/rooms"
	"avhub/rooms/office"
	"avhub/signaling"
)

func TestWhoIsInByALinkIsSeenAndFollowsTheirHearingAlone(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	b := newBench(t, h)
	x := b.schedule(t, h)
	path := "/api/v1/hearings/" + x.ID
	person := into[items[rooms.Participant]](t, h.as(t, b.clerk, "PUT", path+"/participants", `{"items":[{"name":"李四","part":"defendant","standing":"appellee"}]}`)).Items[2]
	link := into[office.LinkInfo](t, h.as(t, b.clerk, "POST", path+"/links", `{"participant":"`+person.ID+`"}`))
	if len(link.Devices) != 0 {
		t.Errorf("somebody is in already: %+v", link)
	}
	clerk := h.followAs(t, "Authorization", "Bearer "+b.clerk)
	a := h.ask(t, "POST", "/api/v1/join", `{"token":"`+link.Token+`"}`, "Authorization", "", "Content-Type", "application/json", "User-Agent", "a phone")
	joined := into[signaling.Joined](t, a)
	if joined.Answer != "let_in" || joined.Chinese != "被上诉人" || joined.English != "appellee" || joined.Court != "爱辉区人民法院" || joined.Kind != "trial" {
		t.Errorf("%+v", joined)
	}
	of(t, clerk, office.HearingChanged, x.ID) // whoever looks at the links sees that they are in
	cookies := ""
	for _, c := range a.Cookies() {
		cookies += c.Name + "=" + c.Value + "; "
	}
	links := into[items[office.LinkInfo]](t, h.as(t, b.clerk, "GET", path+"/links", "")).Items
	if len(links) != 1 || len(links[0].Devices) != 1 || links[0].Devices[0].Agent != "a phone" || links[0].Devices[0].Address != "127.0.0.1" || links[0].Used.IsZero() {
		t.Errorf("%+v", links)
	}
	view := into[office.HearingView](t, h.ask(t, "GET", path, "", "Authorization", "", "Cookie", cookies))
	if view.CourtName != "爱辉区人民法院" || view.SiteName != "第一法庭" || len(view.Parties) != 0 || len(view.Offers) != 0 || view.May.Manage || !view.May.Enter || len(view.Participants) != 1 {
		t.Errorf("the guest sees %+v", view)
	}
	guest := h.followAs(t, "Cookie", cookies)
	b.scheduleSecond(t, h, x.Case)
	h.api(t, "POST", "/sources", fields{"id": "field-2"}, http.StatusCreated, nil)
	into[rooms.Hearing](t, h.as(t, b.clerk, "POST", path+"/commands", `{"kind":"prepare"}`))
	if e := next(t, guest); e.Type != office.HearingChanged || e.Object != x.ID {
		t.Errorf("the guest is told of %+v", e)
	}
	h.as(t, b.clerk, "DELETE", path+"/links/"+link.ID, "")
	for {
		_, _, err := guest.ReadMessage()
		if websocket.IsCloseError(err, websocket.ClosePolicyViolation) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if links := into[items[office.LinkInfo]](t, h.as(t, b.clerk, "GET", path+"/links", "")).Items; len(links[0].Devices) != 0 || links[0].Revoked.IsZero() {
		t.Errorf("after the link was revoked: %+v", links)
	}
}
