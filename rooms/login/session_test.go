package login

import (
	"testing"
	"time"
)

func TestASessionEndsWhenIdleAndAfterADay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		stage    Stage
		useEvery time.Duration // 0: it is not used
		lasts    time.Duration
	}{
		{Full, 0, 30 * time.Minute},
		{Full, time.Second, 12 * time.Hour},
		{Full, 29 * time.Minute, 12 * time.Hour},
		{Full, 30 * time.Minute, 30 * time.Minute}, // too late
		{SecondFactorDue, 0, 10 * time.Minute},
		{SecondFactorDue, time.Second, 10 * time.Minute},
		{PasswordDue, time.Minute, 10 * time.Minute},
	} {
		s, now := Begin(c.stage, noon), noon
		for ; s.Alive(now); now = now.Add(time.Second) {
			if c.useEvery > 0 && now.Sub(noon)%c.useEvery == 0 {
				s, _ = s.Touch(now)
			}
		}
		if got := now.Sub(noon); got != c.lasts {
			t.Errorf("%s, used every %v, lasts %v, want %v", c.stage, c.useEvery, got, c.lasts)
		}
	}
}

func TestUseIsWrittenOnceAMinute(t *testing.T) {
	t.Parallel()
	s, writes := Begin(Full, noon), 0
	for n := range 3600 { // an hour
		touched, write := s.Touch(noon.Add(time.Duration(n) * time.Second))
		if write {
			writes++
		}
		if write != (touched.Seen != s.Seen) {
			t.Fatal("what is not written is remembered")
		}
		s = touched
	}
	if writes != 59 {
		t.Errorf("%d writes in an hour", writes)
	}
}

func TestWhatIsOverStaysOver(t *testing.T) {
	t.Parallel()
	s := Begin(Full, noon)
	late := noon.Add(Idle)
	if s, write := s.Touch(late); write || s.Alive(late) {
		t.Error("a session that was idle is revived by use")
	}
}

func TestWhatEachStageIsGoodFor(t *testing.T) {
	t.Parallel()
	for stage, want := range map[Stage]map[Use]bool{
		Full:            {Anything: true, Leave: true, GiveCode: false, ChoosePassword: true},
		SecondFactorDue: {Anything: false, Leave: true, GiveCode: true, ChoosePassword: false},
		PasswordDue:     {Anything: false, Leave: true, GiveCode: false, ChoosePassword: true},
		"":              {Anything: false, Leave: false, GiveCode: false, ChoosePassword: false},
		"admin":         {Anything: false, Leave: false, GiveCode: false, ChoosePassword: false},
	} {
		for use, may := range want {
			if got := stage.Allows(use); got != may {
				t.Errorf("stage %q, use %d: %v", stage, use, got)
			}
		}
	}
}

func TestTheStagesOfLoggingIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		secondFactor, password bool
		want                   Stage
	}{
		{false, false, Full}, {true, false, SecondFactorDue}, {false, true, PasswordDue}, {true, true, SecondFactorDue},
	} {
		if got := NextStage(c.secondFactor, c.password); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
