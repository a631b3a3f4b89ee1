package rooms

import "slices"

// Role is what a person is at a court.
type Role string

// Roles of accounts.
const (
	Admin        Role = "admin"         // 管理员: accounts, courts, settings; sees no hearing
	Judge        Role = "judge"         // 审判员
	Clerk        Role = "clerk"         // 书记员
	Inspector    Role = "inspector"     // 巡查员
	DutyOfficer  Role = "duty_officer"  // 值班员
	Commander    Role = "commander"     // 指挥长
	FieldOfficer Role = "field_officer" // 执行干警
	Technician   Role = "technician"    // 技术员
	Auditor      Role = "auditor"       // 审计员、档案员
)

// Roles are all there are, in the order in which pages list them.
var Roles = []Role{Admin, Judge, Clerk, Inspector, DutyOfficer, Commander, FieldOfficer, Technician, Auditor}

// Valid tells whether the role exists.
func (r Role) Valid() bool { return slices.Contains(Roles, r) }

// Grant is a role at a court and at all courts under it. Sites, if any, narrow
// down what counts as one's own there: a judge's courtrooms, a duty officer's
// command area.
type Grant struct {
	Role  Role     `json:"role"`
	Court string   `json:"court"`
	Sites []string `json:"sites,omitempty"`
}
