package rooms

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// complete is a command with all that it needs.
func complete(h Hearing, o Offer) Command {
	c := Command{Kind: o.Kind, Why: "因故"}
	if o.OnOrder {
		lead, _ := h.Leader()
		c.OrderedBy = lead.User
	}
	switch o.Kind {
	case CommandChange:
		p := h.Plan
		c.Plan = &p
	case CommandChangePanel:
		c.Panel = h.Panel
	case CommandPostpone:
		c.Start = h.ChangedAt.Add(dayOne + h.Start.Sub(h.ChangedAt).Abs())
	}
	return c
}

// What is offered is taken, and what is not offered is refused, wherever a hearing
// stands and whoever asks.
func TestOffersAreWhatIsTaken(t *testing.T) {
	t.Parallel()
	for _, kind := range RoomKinds {
		r := rand.New(rand.NewPCG(1, uint64(len(kind))))
		for range 12 {
			h := scheduled(t, planOf(kind))
			for range 20 {
				for _, by := range []Actor{zhao, qian, sun, admin} {
					checkOffers(t, h, by)
				}
				by, c, at := anything(r, h)
				_, _ = h.Apply(by, c, at) // refused or not: what follows holds for both
			}
		}
	}
}

func checkOffers(t *testing.T, h Hearing, by Actor) {
	t.Helper()
	offers := h.Offers(by.User)
	at := h.ChangedAt.Add(time.Minute)
	for _, k := range CommandKinds {
		i := slices.IndexFunc(offers, func(o Offer) bool { return o.Kind == k })
		if i < 0 {
			x := h
			c := complete(h, Offer{Kind: k})
			if lead, ok := h.Leader(); ok {
				c.OrderedBy = lead.User
			}
			if _, err := x.Apply(by, c, at); err == nil {
				t.Errorf("%s, %s: %s was not offered to %s, but is taken", h.Kind, h.State, k, by.Name)
			}
			continue
		}
		x := h
		if _, err := x.Apply(by, complete(h, offers[i]), at); err != nil {
			t.Errorf("%s, %s: %s was offered to %s: %v", h.Kind, h.State, k, by.Name, err)
		}
		x, c := h, complete(h, offers[i])
		c.Why = ""
		_, err := x.Apply(by, c, at)
		if asked := err != nil && slices.ContainsFunc(FieldErrors(err), func(f FieldError) bool { return f.Field == "why" }); asked != offers[i].Why {
			t.Errorf("%s, %s: %s with a reason %v, without: %v", h.Kind, h.State, k, offers[i].Why, err)
		}
		if x, c = h, complete(h, offers[i]); offers[i].OnOrder {
			c.OrderedBy = ""
			var authority AuthorityError
			if _, err := x.Apply(by, c, at); !errors.As(err, &authority) {
				t.Errorf("%s, %s: %s by %s without an order: %v", h.Kind, h.State, k, by.Name, err)
			}
		}
	}
}
