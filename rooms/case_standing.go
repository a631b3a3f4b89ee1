package rooms

import "slices"

// Standing is how a party stands in a case.
type Standing string

// Standings of parties.
const (
	StandingPlaintiff             Standing = "plaintiff"
	StandingDefendant             Standing = "defendant"
	StandingThirdParty            Standing = "third_party"
	StandingAppellant             Standing = "appellant"
	StandingAppellee              Standing = "appellee"
	StandingRetrialApplicant      Standing = "retrial_applicant"
	StandingApplicant             Standing = "applicant"
	StandingRespondent            Standing = "respondent"
	StandingEnforcementApplicant  Standing = "enforcement_applicant"
	StandingEnforcementRespondent Standing = "enforcement_respondent"
	StandingInterestedParty       Standing = "interested_party"
	StandingOutsider              Standing = "outsider"
	StandingProsecution           Standing = "prosecution"
	StandingPrivateProsecutor     Standing = "private_prosecutor"
	StandingAccused               Standing = "accused"
	StandingVictim                Standing = "victim"
	StandingIncidentalPlaintiff   Standing = "incidental_plaintiff"
	StandingIncidentalDefendant   Standing = "incidental_defendant"
	StandingConvict               Standing = "convict"
	StandingExecutingOrgan        Standing = "executing_organ"
	StandingCompensationClaimant  Standing = "compensation_claimant"
	StandingCompensationOrgan     Standing = "compensation_organ"
	StandingDebtor                Standing = "debtor"
	StandingAdministrator         Standing = "administrator"
	StandingPetitioner            Standing = "petitioner"
	StandingOther                 Standing = "other"
)

// standing is what is known of a standing: its names, and the part that such a
// party has in a hearing.
type standing struct {
	id               Standing
	chinese, english string
	part             Part
}

var standings = []standing{
	{StandingPlaintiff, "原告", "plaintiff", PartPlaintiff},
	{StandingDefendant, "被告", "defendant", PartDefendant},
	{StandingThirdParty, "第三人", "third party", PartParty},
	{StandingAppellant, "上诉人", "appellant", PartPlaintiff},
	{StandingAppellee, "被上诉人", "appellee", PartDefendant},
	{StandingRetrialApplicant, "再审申请人", "applicant for retrial", PartPlaintiff},
	{StandingApplicant, "申请人", "applicant", PartPlaintiff},
	{StandingRespondent, "被申请人", "respondent", PartDefendant},
	{StandingEnforcementApplicant, "申请执行人", "applicant for enforcement", PartPlaintiff},
	{StandingEnforcementRespondent, "被执行人", "person subject to enforcement", PartDefendant},
	{StandingInterestedParty, "利害关系人", "interested party", PartParty},
	{StandingOutsider, "案外人", "person outside the case", PartParty},
	{StandingProsecution, "公诉机关", "public prosecution", PartProsecutor},
	{StandingPrivateProsecutor, "自诉人", "private prosecutor", PartPlaintiff},
	{StandingAccused, "被告人", "accused", PartAccused},
	{StandingVictim, "被害人", "victim", PartParty},
	{StandingIncidentalPlaintiff, "附带民事诉讼原告人", "plaintiff in the incidental civil action", PartPlaintiff},
	{StandingIncidentalDefendant, "附带民事诉讼被告人", "defendant in the incidental civil action", PartDefendant},
	{StandingConvict, "罪犯", "convict", PartAccused},
	{StandingExecutingOrgan, "执行机关", "organ executing the sentence", PartParty},
	{StandingCompensationClaimant, "赔偿请求人", "claimant of state compensation", PartPlaintiff},
	{StandingCompensationOrgan, "赔偿义务机关", "organ liable for compensation", PartDefendant},
	{StandingDebtor, "债务人", "debtor", PartParty},
	{StandingAdministrator, "管理人", "administrator in bankruptcy", PartParty},
	{StandingPetitioner, "信访人", "petitioner", PartPetitioner},
	{StandingOther, "其他", "other", PartParty},
}

// Standings are all there are, in the order in which pages list them.
var Standings = each(standings, func(s standing) Standing { return s.id })

// Valid tells whether the standing exists.
func (s Standing) Valid() bool { return slices.Contains(Standings, s) }

// Chinese is its name in documents, empty if it does not exist.
func (s Standing) Chinese() string { return s.facts().chinese }

// English is its name in English documents, empty if it does not exist.
func (s Standing) English() string { return s.facts().english }

// Part is what such a party is in a hearing.
func (s Standing) Part() Part { return s.facts().part }

func (s Standing) facts() standing {
	for _, x := range standings {
		if x.id == s {
			return x
		}
	}
	return standing{}
}

// ParseStanding finds a standing by its id, Chinese or English name.
func ParseStanding(name string) (Standing, bool) {
	for _, x := range standings {
		if name == string(x.id) || name == x.chinese || name == x.english {
			return x.id, true
		}
	}
	return "", false
}

// each makes a list from another.
func each[From, To any](list []From, f func(From) To) []To {
	to := make([]To, len(list))
	for i, x := range list {
		to[i] = f(x)
	}
	return to
}
