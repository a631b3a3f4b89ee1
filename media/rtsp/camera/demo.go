package camera

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed clips
var clips embed.FS

// Room is a place of the demo court.
type Room struct {
	ID, Name, English, Site string
}

// Rooms are the demo court's.
var Rooms = []Room{
	{"court-1", "第一法庭", "Courtroom 1", "courtroom"},
	{"court-2", "提讯室", "Interrogation room", "detention_centre"},
	{"court-3", "诉讼服务大厅", "Service hall", "service_hall"},
	{"court-4", "执行指挥中心", "Command centre", "command_centre"},
}

// Demo opens the embedded clips of all rooms.
func Demo() ([]Channel, error) {
	var all []Channel
	for _, r := range Rooms {
		c, err := DemoChannel(r.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// DemoChannel opens the embedded clips of one room, such as court-1.
func DemoChannel(id string) (Channel, error) {
	main, err := open(clips, "clips/"+id+".mp4")
	if err != nil {
		return Channel{}, fmt.Errorf("there is no demo clip %q: %w", id, err)
	}
	sub, err := open(clips, "clips/"+id+SubSuffix+".mp4")
	if err != nil {
		return Channel{}, err
	}
	sub.Audio = main.Audio
	return Channel{Name: id, Main: main, Sub: sub}, nil
}

// black is a keyframe of a black picture in the clip's codec.
func black(t *Track) (*Track, error) {
	clip, err := open(clips, "clips/black-"+strings.ToLower(t.Kind.String())+".mp4")
	if err != nil {
		return nil, err
	}
	return clip.Video, nil
}
