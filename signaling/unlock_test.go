package signaling_test

import (
	"net/http"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/office"
)

func TestAnAdministratorUnlocksAnAccount(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	u := h.court.user("li", rooms.Grant{Role: rooms.Clerk, Court: "aihui"})
	logIn := func(password string) int {
		return h.ask(t, "POST", "/api/v1/login", `{"name":"li","password":"`+password+`"}`, "Authorization", "", "Content-Type", "application/json").StatusCode
	}
	slowed := func() *time.Time {
		for _, x := range into[items[office.Account]](t, h.ask(t, "GET", "/api/v1/users", "")).Items {
			if x.ID == u.ID {
				return x.Slowed
			}
		}
		t.Fatal("the account is not listed")
		return nil
	}
	if slowed() != nil {
		t.Error("an account is slowed down that nobody has tried")
	}
	for range 3 {
		logIn("wrong")
	}
	if got := logIn(goodPassword); got != http.StatusTooManyRequests || slowed() == nil || !slowed().After(time.Now()) {
		t.Errorf("after three wrong passwords: %d, %v", got, slowed())
	}
	clerk := h.court.token(h.court.user("clerk", rooms.Grant{Role: rooms.Clerk, Court: "aihui"}))
	elsewhere := h.court.token(h.court.user("elsewhere", rooms.Grant{Role: rooms.Admin, Court: "beian"}))
	for name, who := range map[string]string{"a clerk": clerk, "another court's administrator": elsewhere} {
		if a := h.as(t, who, "POST", "/api/v1/users/"+u.ID+"/unlock", ""); a.StatusCode < 400 {
			t.Errorf("%s unlocks: %d", name, a.StatusCode)
		}
	}
	if a := h.ask(t, "POST", "/api/v1/users/"+u.ID+"/unlock", ""); a.StatusCode != http.StatusNoContent {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	if slowed() != nil {
		t.Errorf("still slowed down: %v", slowed())
	}
	if got := logIn(goodPassword); got != http.StatusOK {
		t.Errorf("after unlocking: %d", got)
	}
}
