package chamber

import "slices"

// Layout is how pictures are laid out on a page.
type Layout string

// Layouts.
const (
	LayoutFree      Layout = ""          // each chooses
	LayoutSpeaker   Layout = "speaker"   // who speaks is large, the others are small
	LayoutGrid      Layout = "grid"      // all of one size
	LayoutCourtroom Layout = "courtroom" // as people sit: the bench above, the sides left and right
)

// Layouts are all that can be set.
var Layouts = []Layout{LayoutFree, LayoutSpeaker, LayoutGrid, LayoutCourtroom}

// Valid tells whether the layout exists.
func (l Layout) Valid() bool { return slices.Contains(Layouts, l) }
